[InstallShield Silent]
Version=v7.00
File=Response File
[File Transfer]
OverwrittenReadOnly=NoToAll
[{B2E1D8B0-6CBC-50DB-9059-721EC77E7FF8}-DlgOrder]
Dlg0={B2E1D8B0-6CBC-50DB-9059-721EC77E7FF8}-MessageBox-0
Count=2
Dlg1={B2E1D8B0-6CBC-50DB-9059-721EC77E7FF8}-SdFinish-0
[{B2E1D8B0-6CBC-50DB-9059-721EC77E7FF8}-MessageBox-0]
Result=6
[{B2E1D8B0-6CBC-50DB-9059-721EC77E7FF8}-SdFinish-0]
Result=1
bOpt1=0
bOpt2=0
[Application]
Name=EDT Monoposte
Version=2026.2.7
Company=Index Education
Lang=040c
