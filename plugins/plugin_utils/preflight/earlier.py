# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that variables had, which are read for a release more. Pure.

The defaults of the roles read them (``{{ pronote_old | default(…) }}``); an inventory that has them is told so once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

__all__ = ["BESIDE", "BY_KEY", "EARLIER", "OTHERWISE", "UNTIL", "with_earlier"]

UNTIL: Final = "0.3.0"
"""The release that reads them no more."""

_STATIONS: Final[Mapping[str, str]] = {
    "pronote_client_allow_downgrade": "pronote_client_when_newer",
    "pronote_client_armed_delay": "pronote_timeouts.armed",
    "pronote_client_depot": "pronote_depot_url",
    "pronote_client_depot_revocation": "pronote_depot_revocation",
    # Not the name of today: it has said how, and never whether, so that some have it whose stations go back with
    # -e pronote_client_allow_downgrade=true alone.
    "pronote_client_downgrade": "pronote_client_when_newer",
    "pronote_client_expected_duration": "pronote_timeouts.install",
    "pronote_client_gate": "pronote_rentree_gate",
    "pronote_client_job_timeout": "pronote_timeouts.job",
    "pronote_client_lease": "pronote_timeouts.lease",
    "pronote_client_lease_wait": "pronote_timeouts.lease_wait",
    "pronote_client_notify_delay": "pronote_client_notify.delay",
    "pronote_client_notify_message": "pronote_client_notify.message",
    "pronote_client_notify_then": "pronote_client_notify.then",
    "pronote_client_poll_interval": "pronote_timeouts.poll",
    "pronote_client_product": "pronote_product",
    "pronote_client_reboot_delay": "pronote_client_restart.delay",
    "pronote_client_reboot_message": "pronote_client_restart.message",
    "pronote_client_reboot_timeout": "pronote_timeouts.reboot",
    "pronote_client_reboot_with_session": "pronote_client_restart.with_session",
    "pronote_client_reconnect_timeout": "pronote_timeouts.reconnect",
    "pronote_client_ring_max_fail": "pronote_client_ring_max.failed",
    "pronote_client_ring_max_unreachable": "pronote_client_ring_max.unreachable",
    "pronote_client_ring_patience": "pronote_timeouts.ring",
    "pronote_client_settings_port": "pronote_client_settings_address",
    "pronote_client_settings_release": "pronote_client_release",
    "pronote_client_settings_remove_older_shortcuts": "pronote_client_settings_shortcuts",
    "pronote_client_settings_shortcut": "pronote_client_settings_shortcuts",
    "pronote_client_stage_rate": "pronote_client_rate",
    "pronote_client_start_timeout": "pronote_timeouts.start",
    "pronote_client_verify_timeout": "pronote_timeouts.verify",
    "pronote_client_wait_running_timeout": "pronote_timeouts.wait",
    "pronote_client_wake_timeout": "pronote_timeouts.wake",
    "pronote_deploy_outcome": "pronote_outcome",
    "pronote_startup_lock_file": "pronote_lock_file",
    "pronote_startup_rate": "pronote_client_rate",
}
"""Of clients, their settings and start-up scripts."""

_REPORTS: Final[Mapping[str, str]] = {
    "pronote_audit_product": "pronote_product",
    "pronote_audit_release": "pronote_client_release",
    "pronote_audit_defer": "__pronote_audit_defer",
    "pronote_audit_station_timeout": "pronote_timeouts.station",
    "pronote_audit_max_unreachable": "pronote_audit_max.unreachable",
    "pronote_audit_max_unknown": "pronote_audit_max.unknown",
    "pronote_audit_html": "pronote_reports_dir",
    "pronote_audit_path": "pronote_reports_dir",
    "pronote_audit_board": "pronote_reports_dir",
    "pronote_audit_csv": "pronote_audit_exports",
    "pronote_audit_prometheus": "pronote_audit_exports",
    "pronote_audit_junit": "pronote_audit_exports",
    "pronote_audit_state": "pronote_state",
    "pronote_audit_outcome": "pronote_outcome",
    "pronote_audit_alert_tell": "pronote_audit_alert.tell",
    "pronote_audit_alert_threshold": "pronote_audit_alert.threshold",
    "pronote_audit_alert_attach": "pronote_audit_alert.attach",
    "pronote_audit_alert_url": "pronote_audit_alert.url",
    "pronote_audit_mail_to": "pronote_audit_mail.to",
    "pronote_audit_mail_from": "pronote_audit_mail.from",
    "pronote_audit_mail_server": "pronote_audit_mail.server",
    "pronote_audit_mail_port": "pronote_audit_mail.port",
    "pronote_audit_mail_encryption": "pronote_audit_mail.encryption",
    "pronote_audit_mail_username": "pronote_audit_mail.username",
    "pronote_audit_mail_password": "pronote_audit_mail.password",
    "pronote_audit_mail_ca_path": "pronote_audit_mail.ca_path",
    "pronote_audit_webhook_url": "pronote_audit_webhook.url",
    "pronote_audit_webhook_secret": "pronote_audit_webhook.secret",
    "pronote_audit_webhook_ca_path": "pronote_audit_webhook.ca_path",
    "pronote_rentree_edt_path": "pronote_rentree_edt.path",
    "pronote_rentree_edt_station": "pronote_rentree_edt.station",
    "pronote_rentree_edt_newer_than": "pronote_rentree_edt.newer_than",
    "pronote_rentree_edt_previous_size": "pronote_rentree_edt.previous_size",
    "pronote_rentree_edt_sha256": "pronote_rentree_edt.sha256",
    "pronote_rentree_ent_cas_host": "pronote_rentree_ent.cas_host",
    "pronote_rentree_ent_ca_path": "pronote_rentree_ent.ca_path",
    "pronote_rentree_export_path": "pronote_rentree_export.path",
    "pronote_rentree_export_previous": "pronote_rentree_export.previous",
    "pronote_rentree_export_partner": "pronote_rentree_export.partner",
    "pronote_rentree_store": "pronote_state",
    "pronote_rentree_html": "pronote_reports_dir",
    "pronote_rentree_path": "pronote_reports_dir",
    "pronote_rentree_audit_html": "pronote_reports_dir",
    "pronote_attest_year": "pronote_rentree_year",
    "pronote_attest_state": "pronote_attest_revoke",
    "pronote_attest_reason": "pronote_attest_revoke",
    "pronote_attest_store": "pronote_state",
    "pronote_doctor_depot": "pronote_depot_url",
    "pronote_doctor_depot_revocation": "pronote_depot_revocation",
    "pronote_doctor_arch": "pronote_client_arch",
    "pronote_doctor_min_free_mib": "pronote_client_min_free_mib",
    "pronote_doctor_release": "pronote_client_release",
    "pronote_doctor_html": "pronote_reports_dir",
    "pronote_doctor_path": "pronote_reports_dir",
    "pronote_doctor_rehearsals": "pronote_reports_dir",
    "pronote_rehearse_depot": "pronote_depot_url",
    "pronote_rehearse_depot_revocation": "pronote_depot_revocation",
    "pronote_rehearse_depot_path": "pronote_depot_path",
    "pronote_rehearse_start_timeout": "pronote_timeouts.start",
    "pronote_rehearse_reconnect_timeout": "pronote_timeouts.reconnect",
    "pronote_rehearse_folder": "pronote_reports_dir",
    "pronote_prepare_rehearsals": "pronote_reports_dir",
    "pronote_schedule_manage_user": "pronote_schedule_manage",
    "pronote_schedule_activate": "pronote_schedule_manage",
    "pronote_schedule_calendar": "pronote_schedule_when.calendar",
    "pronote_schedule_cron": "pronote_schedule_when.cron",
    "pronote_schedule_jitter": "pronote_schedule_when.jitter",
    "pronote_schedule_timeout": "pronote_schedule_when.timeout",
    "pronote_schedule_state_dir": "pronote_schedule_folders.state",
    "pronote_schedule_unit_dir": "pronote_schedule_folders.unit",
    "pronote_schedule_cron_dir": "pronote_schedule_folders.cron",
    "pronote_schedule_runner_dir": "pronote_schedule_folders.runner",
    "pronote_awx_branch": "pronote_awx_options.branch",
    "pronote_awx_approval": "pronote_awx_options.approval",
    "pronote_awx_volume": "pronote_awx_options.volume",
    "pronote_awx_instance_group": "pronote_awx_options.instance_group",
    "pronote_awx_instances": "pronote_awx_options.instances",
    "pronote_awx_schools_per_node": "pronote_awx_options.schools_per_node",
    "pronote_awx_forks": "pronote_awx_options.forks",
}
"""Of audits, the board, the doctor, rehearsals, schedules and AWX."""

_DEPOT: Final[Mapping[str, str]] = {
    "pronote_prepare_product": "pronote_product",
    "pronote_prepare_response": "pronote_responses.install",
    "pronote_prepare_update_response": "pronote_responses.update",
    "pronote_prepare_uninstall_response": "pronote_responses.uninstall",
    "pronote_prepare_product_code": "pronote_product_code",
    "pronote_prepare_log_timeout": "pronote_timeouts.setup",
    "pronote_prepare_lock_file": "pronote_lock_file",
    "pronote_prepare_preview": "pronote_prepare_page",
    "pronote_prepare_page_url": "pronote_prepare_page",
    "pronote_prepare_signers": "pronote_prepare_trust.signers",
    "pronote_prepare_authorities": "pronote_prepare_trust.authorities",
    "pronote_prepare_download_dir": "pronote_cache_dir",
    "pronote_publish_product": "pronote_product",
    "pronote_publish_response": "pronote_responses.install",
    "pronote_publish_update_response": "pronote_responses.update",
    "pronote_publish_uninstall_response": "pronote_responses.uninstall",
    "pronote_publish_product_code": "pronote_product_code",
    "pronote_publish_log_timeout": "pronote_timeouts.setup",
    "pronote_publish_lock_file": "pronote_lock_file",
    "pronote_publish_release": "pronote_release",
    "pronote_publish_arch": "pronote_arch",
    "pronote_publish_response_release": "pronote_responses.release",
    "pronote_publish_response_accept": "pronote_response_accept",
    "pronote_publish_installer_sha256": "pronote_publish_sha256",
    "pronote_publish_busy_timeout": "pronote_timeouts.busy",
    "pronote_publish_arguments": "pronote_publish_custom.arguments",
    "pronote_publish_uninstall_arguments": "pronote_publish_custom.uninstall_arguments",
    "pronote_publish_success_codes": "pronote_publish_custom.success_codes",
    "pronote_record_release": "pronote_release",
    "pronote_record_arch": "pronote_arch",
    "pronote_record_url": "pronote_record_setup.url",
    "pronote_record_sha256": "pronote_record_setup.sha256",
    "pronote_record_store": "pronote_response_dir",
    "pronote_record_language": "pronote_response_accept",
    "pronote_record_accept": "pronote_response_accept",
    "pronote_record_answer_timeout": "pronote_timeouts.answer",
    "pronote_record_start_timeout": "pronote_timeouts.start",
    "pronote_record_poll_interval": "pronote_timeouts.poll",
    "pronote_record_reconnect_timeout": "pronote_timeouts.reconnect",
    "pronote_record_fetch_timeout": "pronote_timeouts.fetch",
    "pronote_record_verify_timeout": "pronote_timeouts.verify",
    "pronote_prune_lock_file": "pronote_lock_file",
    "pronote_depot_root": "pronote_depot_host_path",
    "pronote_depot_address": "pronote_depot_listen",
    "pronote_depot_port": "pronote_depot_listen",
    "pronote_depot_prefix": "pronote_depot_listen",
    "pronote_depot_certificate": "pronote_depot_tls.certificate",
    "pronote_depot_certificate_key": "pronote_depot_tls.key",
    "pronote_depot_transfers": "pronote_depot_limits.transfers",
    "pronote_depot_client_transfers": "pronote_depot_limits.client_transfers",
    "pronote_depot_rate": "pronote_depot_limits.rate",
    "pronote_depot_client_rate": "pronote_depot_limits.client_rate",
    "pronote_depot_manage_packages": "pronote_depot_manage",
    "pronote_depot_manage_service": "pronote_depot_manage",
    "pronote_depot_nginx_dir": "pronote_depot_files.nginx_dir",
    "pronote_depot_nginx_journal": "pronote_depot_files.journal",
    "pronote_depot_program": "pronote_depot_files.program",
    "pronote_depot_unit": "pronote_depot_files.unit",
    "pronote_init_depot_url": "pronote_depot_url",
    "pronote_init_depot_path": "pronote_depot_path",
}
"""Of releases, responses, the depot and a new inventory."""

EARLIER: Final[Mapping[str, str]] = {**_STATIONS, **_REPORTS, **_DEPOT}
"""What each is now: a variable, or a key of one, as in ``pronote_audit_mail.to``."""

BESIDE: Final = frozenset(
    {
        "pronote_client_depot",
        "pronote_client_gate",
        "pronote_client_settings_port",
        "pronote_client_settings_release",
        "pronote_audit_release",
        "pronote_audit_state",
        "pronote_rentree_store",
        "pronote_attest_year",
        "pronote_attest_store",
        "pronote_doctor_depot",
        "pronote_doctor_arch",
        "pronote_doctor_min_free_mib",
        "pronote_doctor_release",
        "pronote_rehearse_depot",
        "pronote_rehearse_depot_path",
        # Answers of a file, beside an inventory that is there already.
        "pronote_init_depot_path",
        "pronote_init_depot_url",
    }
)
"""Those that are read where the one of today is set as well, and first: both were there, and meant two things."""

BY_KEY: Final = frozenset({"pronote_timeouts"})
"""Variables that hide an earlier name with its own key alone. Of others with keys the whole counts."""

OTHERWISE: Final[Mapping[str, Mapping[str, Any]]] = {
    "pronote_client_allow_downgrade": {"type": "bool"},
    "pronote_client_downgrade": {"type": "str", "choices": ["over", "remove_first"]},
    "pronote_client_settings_port": {"type": "int"},
    "pronote_client_settings_remove_older_shortcuts": {"type": "bool"},
    "pronote_client_settings_shortcut": {"type": "bool"},
    "pronote_audit_defer": {"type": "bool"},
    "pronote_audit_csv": {"type": "str"},
    "pronote_audit_prometheus": {"type": "str"},
    "pronote_audit_junit": {"type": "str"},
    "pronote_attest_state": {"type": "str", "choices": ["attested", "revoked"]},
    "pronote_schedule_manage_user": {"type": "bool"},
    "pronote_schedule_activate": {"type": "bool"},
    "pronote_prepare_preview": {"type": "bool"},
    "pronote_record_language": {"type": "str"},
    "pronote_depot_port": {"type": "int"},
    "pronote_depot_manage_packages": {"type": "bool"},
    "pronote_depot_manage_service": {"type": "bool"},
}
"""What an earlier name may hold, where that is not what the one of today may: an option as argument specs say it."""


def with_earlier(names: Collection[str]) -> list[str]:
    """Names of today, and after them those that they had."""
    return [*names, *(name for name, now in EARLIER.items() if now.partition(".")[0] in names)]
