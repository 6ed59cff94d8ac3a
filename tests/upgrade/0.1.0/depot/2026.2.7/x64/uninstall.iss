[InstallShield Silent]
Version=v7.00
File=Response File
[File Transfer]
OverwrittenReadOnly=NoToAll
[{8E1E7135-E468-5474-A23A-43680744A357}-DlgOrder]
Dlg0={8E1E7135-E468-5474-A23A-43680744A357}-MessageBox-0
Count=2
Dlg1={8E1E7135-E468-5474-A23A-43680744A357}-SdFinish-0
[{8E1E7135-E468-5474-A23A-43680744A357}-MessageBox-0]
Result=6
[{8E1E7135-E468-5474-A23A-43680744A357}-SdFinish-0]
Result=1
bOpt1=0
bOpt2=0
[Application]
Name=Client PRONOTE
Version=2026.1.3
Company=Index Education
Lang=040c
