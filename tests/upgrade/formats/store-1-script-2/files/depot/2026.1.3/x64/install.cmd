@echo off
rem Client PRONOTE 2026.1.3 x64, installscript. Rendered by rentree.pronote (depot_release): do not edit,
rem stations run this file only with the digest that the controller hands them.
rem   install.cmd register VERB JOB-NAME FOLDER-URL RATE REVOCATION-SWITCH   as administrator: creates the task
rem   install.cmd run VERB                                                    as SYSTEM: the task itself
rem VERB is install, update (over an earlier release of the year), remove or stage.
setlocal EnableExtensions DisableDelayedExpansion
set "SYS=%SystemRoot%\System32"
set "JOB=%~dp0"
cd /d "%JOB%" || exit /b 90
if "%~1"=="register" goto register
if "%~1"=="run" goto run
exit /b 91

:register
rem The folder's address is kept in a file: the task's command line then holds nothing that came from outside.
>depot echo %~4
rem So is the rate of a staging in the background; everything else fetches as fast as it can.
del /q rate 2>nul
if not "%~5"=="" >rate echo %~5
del /q revocation 2>nul
if not "%~6"=="" >revocation echo %~6
rem From XML, since schtasks' own switches cannot allow a start on battery (laptop trolleys). No encoding in the
rem declaration: schtasks hands the text over as UTF-16 and refuses any other claim.
>task.xml (
echo ^<?xml version="1.0"?^>
echo ^<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"^>
echo ^<Triggers /^>
echo ^<Principals^>^<Principal id="System"^>^<UserId^>S-1-5-18^</UserId^>^<RunLevel^>HighestAvailable^</RunLevel^>^</Principal^>^</Principals^>
echo ^<Settings^>
echo ^<MultipleInstancesPolicy^>IgnoreNew^</MultipleInstancesPolicy^>
echo ^<DisallowStartIfOnBatteries^>false^</DisallowStartIfOnBatteries^>
echo ^<StopIfGoingOnBatteries^>false^</StopIfGoingOnBatteries^>
echo ^<AllowStartOnDemand^>true^</AllowStartOnDemand^>
echo ^<ExecutionTimeLimit^>PT4H^</ExecutionTimeLimit^>
echo ^<Priority^>6^</Priority^>
echo ^</Settings^>
echo ^<Actions Context="System"^>^<Exec^>
echo ^<Command^>%SYS%\cmd.exe^</Command^>
echo ^<Arguments^>/d /c ""%JOB%install.cmd" run %~2"^</Arguments^>
echo ^</Exec^>^</Actions^>
echo ^</Task^>
)
"%SYS%\schtasks.exe" /Create /TN "%~3" /XML "%JOB%task.xml" /F || exit /b 92
exit /b 0

:run
if exist exit exit /b 0
rem Begun before and not ended: a restart of the station cut it off. The controller decides, not this script.
if exist started exit /b 93
>started echo %DATE% %TIME%
rem What the setup unpacks and runs as SYSTEM lies in the locked folder too: standard users can write to Windows\Temp.
mkdir tmp 2>nul
set "TEMP=%JOB%tmp"
set "TMP=%JOB%tmp"
set "STEP=depot"
set "CODE=0"
set "FILE="
set "BEGAN="
set "WAITED=0"
set "WORKING="
set "RUNNING="
set "RESTART="
set "LIMIT="
set /p DEPOT=<depot || goto finish
if exist rate set /p LIMIT=<rate
if defined LIMIT set "LIMIT=--limit-rate %LIMIT%"
set "REVOCATION="
if exist revocation set /p REVOCATION=<revocation
if "%~2"=="install" goto install
if "%~2"=="update" goto update
if "%~2"=="remove" goto remove
if "%~2"=="stage" goto stage
set "STEP=verb"
goto finish

:stage
call :fetch "setup.exe" 69a55e209825a49c09696974bb6ca8d46549ae736d85c26421faec0e05e07de6 || goto finish
call :fetch "response.iss" 4857ded81b8d0f8abd560ed57411b77bdea714ee6d80cfea4f8775e278131da2 || goto finish
set "STEP=staged"
set "CODE=0"
goto finish

:install
call :fetch "setup.exe" 69a55e209825a49c09696974bb6ca8d46549ae736d85c26421faec0e05e07de6 || goto finish
call :fetch "response.iss" 4857ded81b8d0f8abd560ed57411b77bdea714ee6d80cfea4f8775e278131da2 || goto finish
set "ARGUMENTS="
rem The folder admits administrators only, so nothing changes between this second look and the start.
call :check "setup.exe" 69a55e209825a49c09696974bb6ca8d46549ae736d85c26421faec0e05e07de6 || goto finish
call :check "response.iss" 4857ded81b8d0f8abd560ed57411b77bdea714ee6d80cfea4f8775e278131da2 || goto finish
call :begin || goto finish
set "FILE=setup.exe"
start "" /wait "%JOB%setup.exe" /s /f1"%JOB%response.iss" /f2"%JOB%setup.log"
set "CODE=%ERRORLEVEL%"
goto result

:update
set "STEP=no_update"
goto finish

:remove
call :fetch "uninstall.iss" b866601f3e8a2ec378c9ebf71f75e6b21194cce34edb8ea1a2b1f119d4a8afff || goto finish
set "PRODUCT={8E1E7135-E468-5474-A23A-43680744A357}"
set "UNINSTALL_ARGUMENTS="
set "STEP=uninstall_entry"
call :entry
if not defined UNINSTALL goto finish
rem Never run blindly: what cmd would read as its own is in no entry that a setup wrote.
set "STEP=uninstall_command"
>uninstall set UNINSTALL
"%SYS%\findstr.exe" /r /c:"[&|<>^%%]" uninstall >nul && goto finish
rem Without quotes around it the program would be C:\Program; without a drive or through RunDll32, nobody knows which.
"%SYS%\findstr.exe" /b /i /r /c:"UNINSTALL=[A-Z]:" uninstall >nul && set UNINSTALL="%UNINSTALL:.exe=.exe"%
>uninstall set UNINSTALL
"%SYS%\findstr.exe" /b /i /r /c:"UNINSTALL=.[A-Z]:" uninstall >nul || goto finish
call :program %UNINSTALL%
if /i "%PROGRAM_NAME%"=="rundll32" goto finish
rem An entry may have outlived its uninstaller: nothing would ever write the log.
set "STEP=uninstaller_gone"
if not exist "%PROGRAM%" goto finish
call :begin || goto finish
set "FILE=uninstall"
start "" /wait %UNINSTALL% /s /f1"%JOB%uninstall.iss" /f2"%JOB%setup.log"
set "CODE=%ERRORLEVEL%"
goto result

:program
set "PROGRAM=%~1"
set "PROGRAM_NAME=%~n1"
exit /b 0

:entry
set "UNINSTALL="
for %%v in (64 32) do for %%k in ("{8E1E7135-E468-5474-A23A-43680744A357}" "InstallShield_{8E1E7135-E468-5474-A23A-43680744A357}") do call :lookup %%k %%v
exit /b 0

:lookup
if defined UNINSTALL exit /b 0
for /f "tokens=2,*" %%a in ('%SYS%\reg.exe query "HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\%~1" /v UninstallString /reg:%2 2^>nul ^| %SYS%\findstr.exe /c:"REG_"') do set "UNINSTALL=%%b"
exit /b 0

:result
rem Its first process may end before the work does (a removal's does, at once), and a log that says 0 is no end either.
rem The end is when no program of this folder runs any more: what stops the station before that has cut the job off.
set "WAITED=0"
set "IDLE=0"
:wait_end
call :at_work || goto ended
rem The helper of a setup that was killed stays for ever, by itself.
if not defined WORKING if %IDLE% geq 60 goto ended
if %IDLE% geq 300 goto lingers
if %WAITED% geq 120 goto lingers
call :idle && set /a IDLE+=5 >nul
set /a WAITED+=5 >nul
"%SYS%\ping.exe" -n 6 127.0.0.1 >nul
goto wait_end
:lingers
set "STEP=at_work"
goto finish
:ended
set "STEP=done"

:finish
if defined BEGAN call :look
>exit.tmp (
echo step=%STEP%
echo code=%CODE%
echo file=%FILE%
echo running=%RUNNING%
echo restart=%RESTART%
echo technology=installscript
echo script=2
echo success=
echo waited=%WAITED%
)
rem By set itself: the name is the setup's, and echo would read what is in it.
if defined WORKING >>exit.tmp set WORKING
ren exit.tmp exit
exit /b 0

rem Whether a program of this folder runs: one that does cannot be opened for appending, and nothing is written to one
rem that does not. A read-only mark would look the same. WORKING is the name of one that is not the engine's helper.
:at_work
set "WORKING="
set "HELPER="
"%SYS%\attrib.exe" -r "%JOB%tmp\*" /s >nul 2>nul
for /r "%JOB%tmp" %%f in (*.exe *.tmp) do 2>nul (>>"%%f" echo off) || if /i "%%~nxf"=="ISBEW64.exe" (set "HELPER=yes") else (set "WORKING=%%~nxf")
if exist setup.exe (2>nul (>>setup.exe echo off) || set "WORKING=setup.exe")
if defined WORKING exit /b 0
if defined HELPER exit /b 0
exit /b 1

rem Whether all there is to do seems done: what runs on now will not be waited for as long.
:idle
if not defined WORKING exit /b 0
"%SYS%\findstr.exe" /b /i /c:"ResultCode=-" setup.log >nul 2>nul && exit /b 0
if not "%FILE%"=="uninstall" exit /b 1
call :entry
if not defined UNINSTALL exit /b 0
exit /b 1

rem Last before the setup: people come first, and what a restart would do by now is noted.
:begin
set "STEP=client_running"
call :in_use && exit /b 1
set "STEP=setup"
set "BEGAN=yes"
del /q setup.log 2>nul
call :renames before
exit /b 0

rem After it: somebody may have started the program meanwhile, and files in use are replaced at the next restart.
:look
call :in_use && set "RUNNING=yes"
call :renames after
for %%f in (renames.before) do set "BEFORE=%%~zf"
for %%f in (renames.after) do set "AFTER=%%~zf"
if not "%BEFORE%"=="%AFTER%" set "RESTART=renames"
exit /b 0

:in_use
"%SYS%\tasklist.exe" /FO CSV /NH /FI "IMAGENAME eq Client PRONOTE.exe" | "%SYS%\findstr.exe" /i /l /c:"Client PRONOTE.exe" >nul && exit /b 0
"%SYS%\tasklist.exe" /FO CSV /NH /FI "IMAGENAME eq IECefSubProcess.exe" | "%SYS%\findstr.exe" /i /l /c:"IECefSubProcess.exe" >nul && exit /b 0
exit /b 1

:renames
>renames.%1 "%SYS%\reg.exe" query "HKLM\SYSTEM\CurrentControlSet\Control\Session Manager" /v PendingFileRenameOperations 2>nul
exit /b 0

:fetch
set "FILE=%~1"
set "TRY=0"
set "WAITED=0"
rem Staged before: looked at again, and fetched only when it is not what was published.
if exist "%~1" call :check "%~1" %~2 && exit /b 0
del /q "%~1" 2>nul
rem A part that is whole already, of a run that was cut off before it had its name: curl -f -C - before 8.5 ends with 22
rem there, for the depot answers 416.
if exist "%~1.part" call :check "%~1.part" %~2 && goto named
:fetch_again
set "STEP=download"
set "STATUS="
set /a TRY+=1 >nul
set "RESUMED="
if exist "%~1.part" set "RESUMED=yes"
rem curl 7.55 of Windows 10 1803 retries few errors by itself: the loop does, and -C - goes on where it stopped.
"%SYS%\curl.exe" -q --noproxy "*" %REVOCATION% -fsS --connect-timeout 20 --speed-time 60 --speed-limit 1024 %LIMIT% -C - -w "%%{http_code}" -o "%~1.part" "%DEPOT%/%~1" >status 2>>curl.log
set "CODE=%ERRORLEVEL%"
set /p STATUS=<status
rem 416, whatever curl makes of it: the part is as long as the file, or longer, and is not the file.
if "%STATUS%"=="416" set "CODE=36"
if "%CODE%"=="0" goto fetched
if not "%CODE%"=="22" goto failed
rem A depot that has no place for now says 503 (429 elsewhere): no failure, the station waits for its turn. Its
rem Retry-After is not read: with -f, curl before 7.75 does not see it (github.com/curl/curl/pull/6409).
if "%STATUS%"=="503" goto busy
if "%STATUS%"=="429" goto busy
goto failed
:busy
set "STEP=busy"
if %WAITED% geq 3600 exit /b 1
set /a TRY-=1 >nul
set /a PAUSE=15+%RANDOM% %% 16 >nul
set /a WAITED+=PAUSE >nul
"%SYS%\ping.exe" -n %PAUSE% 127.0.0.1 >nul
goto fetch_again
:failed
rem 33: the depot cannot resume; 36: the part does not fit. Begin again.
if "%CODE%"=="33" del /q "%~1.part"
if "%CODE%"=="36" del /q "%~1.part"
if %TRY% geq 5 exit /b 1
"%SYS%\ping.exe" -n 6 127.0.0.1 >nul
goto fetch_again
:fetched
call :check "%~1.part" %~2 && goto named
rem What was gone on with may have been spoilt (a power cut leaves zeros): it is fetched once from its beginning.
if not defined RESUMED exit /b 1
if %TRY% geq 5 exit /b 1
del /q "%~1.part"
goto fetch_again
:named
ren "%~1.part" "%~1"
exit /b 0

:check
set "STEP=digest"
set "CODE=0"
"%SYS%\certutil.exe" -hashfile "%~1" SHA256 | "%SYS%\findstr.exe" /i /x /c:"%~2" >nul
if errorlevel 1 exit /b 1
exit /b 0
