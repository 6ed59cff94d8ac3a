[InstallShield Silent]
Version=v7.00
File=Response File
[File Transfer]
OverwrittenReadOnly=NoToAll
[{D987B8C4-35ED-5703-9116-784AAC034DEE}-DlgOrder]
Dlg0={D987B8C4-35ED-5703-9116-784AAC034DEE}-MessageBox-0
Count=2
Dlg1={D987B8C4-35ED-5703-9116-784AAC034DEE}-SdFinish-0
[{D987B8C4-35ED-5703-9116-784AAC034DEE}-MessageBox-0]
Result=6
[{D987B8C4-35ED-5703-9116-784AAC034DEE}-SdFinish-0]
Result=1
bOpt1=0
bOpt2=0
[Application]
Name=Client PRONOTE
Version=2025.2.9
Company=Index Education
Lang=040c
