"""What the stock plugin's options become, and which stations are for workers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    ControllerError,
    InventoryError,
    StationError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import access
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import (
    Access,
    Approach,
    ElsewhereError,
    access_of,
)

from tests.unit.drivers import stock_connection

_HOST = "pc-01.lycee.example"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*_PROXIES, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _of(*transports: str, **more: Any) -> Access:
    return access_of(stock_connection(*transports, **{"host": _HOST, **more}))


def _first(*transports: str, **more: Any) -> Approach:
    approach = _of(*transports, **more).approaches[0]
    assert isinstance(approach, Approach), approach
    return approach


def test_what_a_worker_would_do() -> None:
    assert _first("ntlm", port=5985, user="EXAMPLE\\deploy", password="p") == Approach(
        transport="ntlm",
        kind="ntlm",
        host=_HOST,
        port=5985,
        path="/wsman",
        secure=False,
        user="EXAMPLE\\deploy",
        password="p",
        encrypted=True,
        trusted=True,
        certificate=None,
        bound=True,
        service="HTTP",
        service_host=_HOST,
        delegated=False,
        login=None,
        answering=30.0,
        operating=20,
    )


def test_no_password_is_shown() -> None:
    assert "Lab-only" not in repr(_of("basic", password="Lab-only-7"))


@pytest.mark.parametrize(
    ("options", "name", "wanted"),
    [
        ({"scheme": "https"}, "encrypted", False),
        ({"scheme": "https", "message_encryption": "always"}, "encrypted", True),
        ({"message_encryption": "never"}, "encrypted", False),
        ({"server_cert_validation": "ignore"}, "trusted", False),
        ({"ca_trust_path": "/etc/ca.pem"}, "trusted", "/etc/ca.pem"),
        ({"ca_trust_path": None}, "trusted", True),
        ({"send_cbt": False}, "bound", False),
        ({"operation_timeout_sec": "45", "read_timeout_sec": "60"}, "operating", 45),
        ({"operation_timeout_sec": "45", "read_timeout_sec": "60"}, "answering", 60.0),
        ({"host": "PC-01.LYCEE.EXAMPLE"}, "host", _HOST),
        ({"host": "école.example"}, "host", "xn--cole-9oa.example"),
        ({"host": "fd00::7"}, "host", "fd00::7"),
        ({"scheme": "https"}, "secure", True),
    ],
)
def test_each_option_means_what_it_does_to_a_worker(options: dict[str, Any], name: str, wanted: object) -> None:
    assert getattr(_first("ntlm", **options), name) == wanted


def test_authorities_of_the_environment_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", "/curl.pem")
    assert _first("ntlm").trusted == "/curl.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/requests.pem")
    assert _first("ntlm").trusted == "/requests.pem"
    assert _first("ntlm", ca_trust_path="/mine.pem").trusted == "/mine.pem"


@pytest.mark.parametrize(
    ("transport", "kind"), [("basic", "basic"), ("plaintext", "basic"), ("ssl", "basic"), ("ntlm", "ntlm")]
)
def test_transports_are_of_few_kinds(transport: str, kind: str) -> None:
    assert _first(transport).kind == kind


def test_ssl_with_a_certificate_is_one_of_certificates() -> None:
    keys = {"cert_pem": __file__, "cert_key_pem": __file__}
    found = _first("ssl", scheme="https", **keys)
    assert (found.kind, found.certificate) == ("certificate", (__file__, __file__))


def test_several_transports_are_several_approaches() -> None:
    """One that cannot be used is told when its turn comes."""
    found = _of("certificate", "ntlm", "basic").approaches
    assert isinstance(found[0], StationError)
    assert [each.transport for each in found[1:] if isinstance(each, Approach)] == ["ntlm", "basic"]


def test_one_object_of_the_plugin_serves_many_stations() -> None:
    first = stock_connection("kerberos", "ntlm", host=_HOST)
    assert first.shell_id is None
    connection = stock_connection("ntlm", host=_HOST, user="one")
    one = access_of(connection)
    variables = {"ansible_host": "pc-02", "ansible_user": "two", "ansible_password": "q", "_extras": {}}
    connection.set_options(var_options={**variables, "ansible_winrm_transport": ["basic"]})
    two = access_of(connection)
    seen = [(each.host, each.approaches[0].user) for each in (one, two) if isinstance(each.approaches[0], Approach)]
    assert seen == [(_HOST, "one"), ("pc-02", "two")]
    assert (connection.shell_id, connection.protocol) == (None, None)


@pytest.mark.parametrize(
    ("transports", "options", "reason"),
    [
        (["basic"], {"message_encryption": "always"}, "ansible_winrm_message_encryption always with basic is not"),
        (["ntlm"], {"proxy": "http://proxy.example:3128"}, "it is reached through a proxy"),
        (["ntlm"], {"proxy": "socks5://proxy.example"}, "it is reached through a proxy"),
    ],
)
def test_what_is_not_done_here_is_for_a_worker(transports: list[str], options: dict[str, Any], reason: str) -> None:
    with pytest.raises(ElsewhereError, match=reason):
        _of(*transports, **options)


def test_a_transport_that_is_not_spoken_here_is_for_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = stock_connection("ntlm", "credssp", host=_HOST)
    monkeypatch.setattr("winrm.FEATURE_SUPPORTED_AUTHTYPES", ["ntlm", "credssp"])
    with pytest.raises(ElsewhereError, match="ansible_winrm_transport credssp is not spoken here"):
        access_of(connection)


def test_a_proxy_is_a_workers_where_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert _first("ntlm").kind == "ntlm"
    environment = {"proxy": "legacy_requests"}
    with pytest.raises(ElsewhereError, match="proxy"):
        _of("ntlm", **environment)
    with pytest.raises(ElsewhereError, match="proxy"):
        _of("ntlm", proxy="http://other.example:3128")
    assert _first("ntlm", scheme="https", **environment).secure
    monkeypatch.setenv("no_proxy", ".lycee.example")
    assert _first("ntlm", **environment).kind == "ntlm"


@pytest.fixture
def _pykerberos(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin finds its own library of Kerberos, and kinit is there."""
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    plugin = type(stock_connection(host=_HOST))._winrm_connect.__globals__
    monkeypatch.setitem(plugin, "HAVE_KERBEROS", True)
    monkeypatch.setattr("winrm.FEATURE_SUPPORTED_AUTHTYPES", ["kerberos"])


@pytest.mark.usefixtures("_pykerberos")
def test_kerberos_without_its_library_is_for_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_kerberos", lambda: False)
    with pytest.raises(ElsewhereError, match="no Kerberos here"):
        _of("kerberos", user="deploy@LYCEE.EXAMPLE")


@pytest.mark.usefixtures("_pykerberos")
def test_whose_ticket_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody asks for it yet, nor says so in the environment."""
    monkeypatch.setattr(access, "_kerberos", lambda: True)
    monkeypatch.setenv("KRB5CCNAME", "mine")
    monkeypatch.setenv("KRB5_CONFIG", "/krb5.conf")
    options = {"kerberos_delegation": "yes", "kerberos_hostname_override": "other.example", "service": "WSMAN"}
    found = _first("kerberos", user="deploy@LYCEE.EXAMPLE", password="Lab-only-7", **options)
    assert (found.service, found.service_host, found.delegated) == ("WSMAN", "other.example", True)
    assert found.login is not None
    assert (found.login.principal, found.login.command) == ("deploy@LYCEE.EXAMPLE", "kinit")
    assert (found.login.arguments, found.login.variables) == (("-f",), (("KRB5_CONFIG", "/krb5.conf"),))
    assert "Lab-only" not in repr(found)
    manual = _first("kerberos", user="deploy@LYCEE.EXAMPLE", password="")
    assert manual.login is None


def test_what_is_wrong_with_an_address_is_told_when_the_station_is_asked() -> None:
    (error,) = _of("ntlm", host="pc 01").approaches
    assert isinstance(error, StationError)
    assert error.kind == "configuration"


def test_who_has_no_name_for_any_way_is_told_at_once() -> None:
    with pytest.raises(InventoryError, match="no user name"):
        _of("ntlm", user="")
    assert len(_of("ntlm", "kerberos", user="").approaches) == 2


_NO_CERTIFICATE = {"cert_pem": "/x", "cert_key_pem": "/y"}


def test_what_this_machine_lacks_is_told_before_any_station_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StationError, match="cert_pem file not found") as caught:
        _of("certificate", **_NO_CERTIFICATE)
    assert caught.value.kind == "controller"
    # Unless there is another way.
    assert [type(each) for each in _of("certificate", "ntlm", **_NO_CERTIFICATE).approaches] == [
        ControllerError,
        Approach,
    ]
    monkeypatch.setitem(type(stock_connection(host=_HOST))._winrm_connect.__globals__, "HAVE_KERBEROS", False)
    monkeypatch.setattr("winrm.FEATURE_SUPPORTED_AUTHTYPES", ["kerberos"])
    with pytest.raises(StationError, match="no Kerberos library or no kinit") as caught:
        _of("kerberos", user="deploy@LYCEE.EXAMPLE")
    assert caught.value.fact.endswith("the python kerberos library is not installed")
