"""What cmd prints and returns for typed lines and scripts: tables of documented behaviour."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.station import ShellOptions

from .bench import ADMIN, Result, inside, make_station, run, script


def typed(line: str, **options: Any) -> Result:
    async def go() -> Result:
        return await run(make_station(), line, **options)

    return inside(go)


def batch(text: str, arguments: str = "", **options: Any) -> Result:
    async def go() -> Result:
        return await script(make_station(), "@echo off\n" + text, arguments, **options)

    return inside(go)


@pytest.mark.parametrize(
    ("line", "out", "code"),
    [
        ("echo a & echo b", "a \r\nb\r\n", 0),
        ("echo a&&echo b", "a\r\nb\r\n", 0),
        ("ver >nul & echo %nope%", "%nope%\r\n", 0),
        ("echo a^&b ^| ^> x", "a&b | > x\r\n", 0),
        ('echo "a & b"', '"a & b"\r\n', 0),
        ("echo.& echo.x& echo(y& echo:z", "\r\nx\r\ny\r\nz\r\n", 0),
        ('(echo a& echo b)| find /c /v ""', "2\r\n", 0),
        ("if 1==1 (echo yes) else echo no", "yes\r\n", 0),
        ("if 1==2 echo a & echo b", "", 0),
        ("if not 1==2 echo a & echo b", "a \r\nb\r\n", 0),
        ("if /i ABC==abc echo same", "same\r\n", 0),
        ("if 10 gtr 9 echo bigger", "bigger\r\n", 0),
        ("if exist C:\\Windows\\ echo there", "there\r\n", 0),
        ("if exist C:\\Windows\\System32\\cmd.exe\\ echo there", "", 0),
        ("if defined ProgramFiles echo set", "set\r\n", 0),
        ("@for %i in (a,b;c) do @echo %i", "a\r\nb\r\nc\r\n", 0),
        ("@for /l %i in (3,-1,1) do @echo %i", "3\r\n2\r\n1\r\n", 0),
        (
            "@for %f in (C:\\Windows\\System32\\reg.exe) do @echo %~nf%~xf %~dpf",
            "reg.exe C:\\Windows\\System32\\\r\n",
            0,
        ),
        ('@for /f "tokens=2,*" %a in ("x y z w") do @echo %a-%b', "y-z w\r\n", 0),
        ("@for /f \"delims=\" %a in ('echo one two') do @echo [%a]", "[one two]\r\n", 0),
        ("set /a 1+2*3", "7", 0),
        ("set /a (7/2)^|8", "11", 0),
        ("rd missing || echo failed", "failed\r\n", 0),
        ("type missing.txt 2>nul || echo none", "none\r\n", 0),
        ("nosuch 2>nul", "", 1),
        ("exit 7", "", 7),
        ("exit /b -3", "", 0xFFFFFFFD),
        ("cmd /c exit 5", "", 5),
        ("whoami", "salle-101\\admin\r\n", 0),
        ("echo hello>&2", "", 0),
        ("1>nul echo a", "", 0),
    ],
)
def test_typed_line(line: str, out: str, code: int) -> None:
    result = typed(line)
    assert (result.out, result.code) == (out, code)


@pytest.mark.parametrize(
    ("text", "arguments", "out"),
    [
        ("echo %1 %~1 %2 %*", '"a b" c', '"a b" a b c "a b" c\r\n'),
        ("echo %nope%x%% 100%", "", "x% 100\r\n"),
        ('set "X=one two"\necho [%X:~0,3%] [%X:~-3%] [%X:two=2%] [%X:*e=%]', "", "[one] [two] [one 2] [ two]\r\n"),
        ("set X=\necho %X:~0,2%", "", "~0,2\r\n"),
        ("echo %~dp0 %~nx0", "", "C:\\lab\\ t.cmd\r\n"),
        ("call :s a b\necho back %ERRORLEVEL%\nexit /b\n:s\necho %0 %1-%2\nexit /b 4", "", ":s a-b\r\nback 4\r\n"),
        ("goto end\necho no\n:end\necho yes", "", "yes\r\n"),
        ("set N=0\n:again\nset /a N+=1\nif %N% lss 3 goto again\necho %N%", "", "3\r\n"),
        ("nosuch 2>nul\necho %ERRORLEVEL%", "", "9009\r\n"),
        ("mkdir d\necho %ERRORLEVEL%\nmkdir d 2>nul\necho %ERRORLEVEL%", "", "0\r\n1\r\n"),
        ("ver | findstr nothing >nul\necho %ERRORLEVEL%", "", "1\r\n"),
        ("ver | findstr nothing >nul\necho x >nul\necho %ERRORLEVEL%", "", "1\r\n"),
        ("rd gone 2>nul\necho %ERRORLEVEL%\nrd gone 2>nul || call echo %%ERRORLEVEL%%", "", "0\r\n2\r\n"),
        ("setlocal\nset X=1\nendlocal\nif not defined X echo gone", "", "gone\r\n"),
        ("setlocal EnableDelayedExpansion\nset X=1\n(set X=2\necho %X% !X!)", "", "1 2\r\n"),
        ("set X=1\n(set X=2\necho %X% !X!)", "", "1 !X!\r\n"),
        (">f (\necho ^<a b=\"1\"^>\necho c\n)\ntype f", "", '<a b="1">\r\nc\r\n'),
        ("echo 1 22>f\ntype f", "", "1 22\r\n"),
        ("echo 1 6>f\nfor %%f in (f) do echo %%~zf", "", "1 \r\n0\r\n"),
        ("echo k=v>f\nfor /f \"tokens=1,2 delims==\" %%a in (f) do echo %%a:%%b", "", "k:v\r\n"),
        ("echo from file>f\nset /p X=<f\necho [%X%]", "", "[from file]\r\n"),
        ("echo a>a\ncopy /y a b >nul\nren b c\nmove /y c d >nul\ndel a\ndir /b", "", "d\r\nt.cmd\r\n"),
        ("cd /d C:\\Windows\ncd\ncd /d C:\\nowhere 2>nul || echo %ERRORLEVEL%no", "", "C:\\Windows\r\n0no\r\n"),
        ("call echo %%ProgramFiles%%", "", "C:\\Program Files\r\n"),
        ("call echo ok\nif errorlevel 1 echo no\nif errorlevel 0 echo zero", "", "ok\r\nzero\r\n"),
        ("if \"%~1\"==\"run\" (\n  echo running\n) else (\n  echo other\n)", "run", "running\r\n"),
        ("cmd /c exit 3\nif %ERRORLEVEL% neq 0 exit /b %ERRORLEVEL%", "", ""),
        ("echo a ^\nb", "", "a b\r\n"),
        ("rem > nothing & echo x\n:: a comment | here\necho done", "", "done\r\n"),
        (
            "for /f \"tokens=2,*\" %%a in ('reg query \"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\" "
            "/v CurrentBuild 2^>nul ^| findstr /c:\"REG_\"') do echo %%b",
            "",
            "19045\r\n",
        ),
        ("set X=a\nshift\necho %0 %1", "p q", "p q\r\n"),
        ("pushd C:\\Windows\ncd\npopd\ncd", "", "C:\\Windows\r\nC:\\lab\r\n"),
        ("start \"\" /wait cmd /c exit 9\necho %ERRORLEVEL%", "", "9\r\n"),
    ],
)  # fmt: skip
def test_script(text: str, arguments: str, out: str) -> None:
    assert batch(text, arguments).out == out


@pytest.mark.parametrize(
    ("text", "code", "err"),
    [
        ("exit /b 90", 90, ""),
        ("if x", 255, "The syntax of the command is incorrect."),
        ("if 1 foo 2 echo x", 255, "foo was unexpected at this time."),
        ("goto nowhere", 1, "The system cannot find the batch label specified - nowhere"),
        ("nosuch", 9009, "'nosuch' is not recognized as an internal or external command,"),
        ("type nothere", 1, "The system cannot find the file specified."),
        ("del nothere", 0, "Could Not Find C:\\lab\\nothere"),
        ("echo x > C:\\nowhere\\f", 0, "The system cannot find the path specified."),
        ("(echo a", 255, "The syntax of the command is incorrect."),
    ],
)
def test_script_failure(text: str, code: int, err: str) -> None:
    result = batch(text)
    assert result.code == code
    assert err in result.err


def test_line_limit() -> None:
    result = typed("echo " + "x" * 8200)
    assert result.code == 1
    assert "too long" in result.err
    assert typed("echo " + "x" * 8000).code == 0


def test_echo_on_shows_commands() -> None:
    async def go() -> Result:
        return await script(make_station(), "echo hi")

    assert inside(go).out == "\r\nC:\\lab>echo hi \r\nhi\r\n"


def test_code_page_of_builtins() -> None:
    result = typed("mkdir C:\\Réseau & dir /b C:\\R*", codepage=850)
    assert result.raw == "Réseau\r\n".encode("cp850")


def test_french_messages() -> None:
    async def go() -> Result:
        return await run(make_station(language="fr"), "nosuch")

    assert "n’est pas reconnu en tant que commande interne" in inside(go).err


def test_script_without_call_does_not_come_back() -> None:
    async def go() -> Result:
        station = make_station()
        await script(station, "@echo off\necho inner", name="inner.cmd")
        return await script(station, "@echo off\ninner.cmd\necho never")

    assert inside(go).out == "inner\r\n"


def test_pause_waits_for_input_until_killed() -> None:
    async def go() -> int:
        station = make_station()
        command = await station.start_command("pause", (), account=ADMIN, options=ShellOptions(), skip_cmd_shell=False)
        output = command.output()
        await anext(output)
        await command.terminate(ctrl_c=True)
        assert [item async for item in output] == []
        return await command.wait()

    assert inside(go) == 0xC000013A
