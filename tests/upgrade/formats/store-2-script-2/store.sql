BEGIN TRANSACTION;
CREATE TABLE alert (
    product text not null,
    channel text not null,
    at text not null,
    told text not null,
    primary key (product, channel)
) strict;
INSERT INTO "alert" VALUES('pronote_client','webhook','2026-11-28T09:48:25Z','{"stations": {"riquet-s101-01": false, "riquet-s101-03": true, "riquet-cdi-01": false, "riquet-cdi-03": true, "riquet-cdi-04": false, "fermat-profs-01": true, "fermat-profs-02": true}, "verdict": "not_compliant", "past": false, "pending": {}, "whole": true}');
INSERT INTO "alert" VALUES('edt_monoposte','webhook','2026-11-28T09:48:26Z','{"stations": {"riquet-cdi-04": false}, "verdict": "compliant", "past": false, "pending": {}, "whole": true}');
CREATE TABLE attempt (
    id integer primary key,
    station text not null references station (name) on delete cascade,
    product text not null,
    verb text not null,
    job text not null,
    release text not null,
    begun text not null,
    started text,
    ended text,
    result text not null default '',
    code integer,
    fact text not null default '',
    remedy text not null default '',
    controller text not null
) strict;
INSERT INTO "attempt" VALUES(1,'riquet-s101-01','pronote_client','install','pronote-client-2026.2.7-x64-8160c55543c9-install','2026.2.7','2026-11-28T09:48:06Z','2026-11-28T09:48:06Z','2026-11-28T09:48:10Z','done',0,'','','controleur:4235');
INSERT INTO "attempt" VALUES(2,'riquet-cdi-01','pronote_client','install','pronote-client-2026.2.7-x64-8160c55543c9-install','2026.2.7','2026-11-28T09:48:11Z','2026-11-28T09:48:11Z','2026-11-28T09:48:16Z','done',0,'','','controleur:5546');
INSERT INTO "attempt" VALUES(3,'riquet-cdi-04','pronote_client','install','pronote-client-2026.2.7-x64-8160c55543c9-install','2026.2.7','2026-11-28T09:48:11Z','2026-11-28T09:48:11Z','2026-11-28T09:48:16Z','done',0,'','','controleur:5554');
INSERT INTO "attempt" VALUES(4,'riquet-cdi-04','edt_monoposte','install','edt-monoposte-2026.2.7-x64-473c117ddb03-install','2026.2.7','2026-11-28T09:48:17Z','2026-11-28T09:48:17Z','2026-11-28T09:48:19Z','done',0,'','','controleur:6861');
INSERT INTO "attempt" VALUES(5,'fermat-profs-01','pronote_client','install','pronote-client-2026.1.3-x64-9c8b04d1aecf-install','2026.1.3','2026-11-28T09:48:21Z','2026-11-28T09:48:21Z','2026-11-28T09:48:22Z','failed',-12,'the setup answered: the dialogs are out of order: record the response file again for this release (-12)','Record it again with this release''s setup (playbooks/record_response.yml, on a reference station), publish the release again, then run again.','controleur:6929');
INSERT INTO "attempt" VALUES(6,'riquet-cdi-03','pronote_client','stage','pronote-client-2026.2.7-x64-8160c55543c9-stage','2026.2.7','2026-11-28T09:48:28Z',NULL,'2026-11-28T09:48:29Z','done',NULL,'','','controleur:7102');
INSERT INTO "attempt" VALUES(7,'riquet-cdi-02','pronote_client','install','pronote-client-2026.2.7-x64-8160c55543c9-install','2026.2.7','2026-11-28T09:48:36Z','2026-11-28T09:48:36Z',NULL,'',NULL,'','','controleur:7220');
CREATE TABLE attestation (
    id integer primary key autoincrement,
    school text not null,
    year integer not null,
    operation integer not null,
    name text not null,
    role text not null,
    done_on text not null,
    at text not null,
    digest text not null default '',
    revokes integer unique references attestation (id),
    reason text not null default ''
) strict;
INSERT INTO "attestation" VALUES(1,'0310001A',2026,3,'Claude Martin','proviseure','2026-08-26','2026-11-28T09:47:43Z','',NULL,'');
INSERT INTO "attestation" VALUES(2,'0310001A',2026,4,'Claude Martin','proviseure','2026-08-27','2026-11-28T09:47:44Z','',NULL,'');
INSERT INTO "attestation" VALUES(3,'0310001A',2026,7,'Camille Roy','administratrice ENT','2026-08-31','2026-11-28T09:47:44Z','9a5981e46024ecee2e8a06bc01dcad93fdd827b7c098233abee16b9e13974789',NULL,'');
INSERT INTO "attestation" VALUES(4,'0310002B',2026,3,'Dominique Petit','principal','2026-08-27','2026-11-28T09:47:45Z','',NULL,'');
INSERT INTO "attestation" VALUES(5,'0310002B',2026,3,'Dominique Petit','principal','2026-11-28','2026-11-28T09:47:46Z','',4,'base de l''an dernier, à refaire');
CREATE TABLE audit (
    id integer primary key autoincrement,
    at text not null,
    product text not null,
    inventory text not null,
    limited integer not null,
    verdict text not null
) strict;
INSERT INTO "audit" VALUES(1,'2026-11-28T09:48:02Z','pronote_client','/tmp/rentree-0.1.0/inventory',0,'not_compliant');
INSERT INTO "audit" VALUES(2,'2026-11-28T09:48:02Z','edt_monoposte','/tmp/rentree-0.1.0/inventory',0,'not_compliant');
INSERT INTO "audit" VALUES(3,'2026-11-28T09:48:25Z','pronote_client','/tmp/rentree-0.1.0/inventory',0,'not_compliant');
INSERT INTO "audit" VALUES(4,'2026-11-28T09:48:26Z','edt_monoposte','/tmp/rentree-0.1.0/inventory',0,'compliant');
CREATE TABLE audit_count (
    audit integer not null references audit (id) on delete cascade,
    school text not null,
    status text not null,
    stations integer not null,
    primary key (audit, school, status)
) strict, without rowid;
INSERT INTO "audit_count" VALUES(1,'0310001A','absent',2);
INSERT INTO "audit_count" VALUES(1,'0310001A','late',2);
INSERT INTO "audit_count" VALUES(1,'0310001A','older_year_only',1);
INSERT INTO "audit_count" VALUES(1,'0310001A','unreachable',2);
INSERT INTO "audit_count" VALUES(1,'0310002B','older_year_only',2);
INSERT INTO "audit_count" VALUES(1,'0310002B','refused',1);
INSERT INTO "audit_count" VALUES(2,'0310001A','late',1);
INSERT INTO "audit_count" VALUES(3,'0310001A','compliant',3);
INSERT INTO "audit_count" VALUES(3,'0310001A','late',1);
INSERT INTO "audit_count" VALUES(3,'0310001A','older_year_only',1);
INSERT INTO "audit_count" VALUES(3,'0310001A','unreachable',2);
INSERT INTO "audit_count" VALUES(3,'0310002B','older_year_only',2);
INSERT INTO "audit_count" VALUES(3,'0310002B','refused',1);
INSERT INTO "audit_count" VALUES(4,'0310001A','compliant',1);
CREATE TABLE audit_result (
    audit integer not null references audit (id) on delete cascade,
    station text not null,
    status text not null,
    clients text,
    primary key (audit, station)
) strict, without rowid;
INSERT INTO "audit_result" VALUES(1,'fermat-profs-01','older_year_only','2025.2.9 x64');
INSERT INTO "audit_result" VALUES(1,'fermat-profs-02','older_year_only','2025.2.9 x64');
INSERT INTO "audit_result" VALUES(1,'fermat-profs-03','refused',NULL);
INSERT INTO "audit_result" VALUES(1,'riquet-cdi-01','absent','');
INSERT INTO "audit_result" VALUES(1,'riquet-cdi-02','unreachable',NULL);
INSERT INTO "audit_result" VALUES(1,'riquet-cdi-03','older_year_only','2025.2.9 x64');
INSERT INTO "audit_result" VALUES(1,'riquet-cdi-04','absent','');
INSERT INTO "audit_result" VALUES(1,'riquet-s101-01','late','2026.1.3 x64');
INSERT INTO "audit_result" VALUES(1,'riquet-s101-02','unreachable',NULL);
INSERT INTO "audit_result" VALUES(1,'riquet-s101-03','late','2026.1.3 x64');
INSERT INTO "audit_result" VALUES(2,'riquet-cdi-04','late','2026.1.3 x64');
INSERT INTO "audit_result" VALUES(3,'fermat-profs-01','older_year_only','2025.2.9 x64');
INSERT INTO "audit_result" VALUES(3,'fermat-profs-02','older_year_only','2025.2.9 x64');
INSERT INTO "audit_result" VALUES(3,'fermat-profs-03','refused',NULL);
INSERT INTO "audit_result" VALUES(3,'riquet-cdi-01','compliant','2026.2.7 x64');
INSERT INTO "audit_result" VALUES(3,'riquet-cdi-02','unreachable',NULL);
INSERT INTO "audit_result" VALUES(3,'riquet-cdi-03','older_year_only','2025.2.9 x64');
INSERT INTO "audit_result" VALUES(3,'riquet-cdi-04','compliant','2026.2.7 x64');
INSERT INTO "audit_result" VALUES(3,'riquet-s101-01','compliant','2026.2.7 x64');
INSERT INTO "audit_result" VALUES(3,'riquet-s101-02','unreachable',NULL);
INSERT INTO "audit_result" VALUES(3,'riquet-s101-03','late','2026.1.3 x64');
INSERT INTO "audit_result" VALUES(4,'riquet-cdi-04','compliant','2026.2.7 x64');
CREATE TABLE audit_station (
    product text not null,
    station text not null,
    inventory text not null,
    at text not null,
    since text not null,
    judged text not null,
    clients text,
    seen text,
    record text not null,
    primary key (product, station)
) strict;
INSERT INTO "audit_station" VALUES('pronote_client','riquet-s101-01','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:25Z','compliant','2026.2.7 x64','2026-11-28T09:48:24Z','{"station": "riquet-s101-01", "school": "0310001A", "school_name": "Lyc\u00e9e Pierre-Paul Riquet", "room": "Salle 101", "status": "compliant", "reason": "2026.2.7", "reason_fr": "2026.2.7", "remedy": "", "expected": "2026.2.7", "pinned": false, "stale": false, "server_error": "", "found": "2026.2.7 x64", "found_fr": "2026.2.7 x64"}');
INSERT INTO "audit_station" VALUES('pronote_client','riquet-s101-02','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:02Z','',NULL,NULL,'{"station": "riquet-s101-02", "school": "0310001A", "school_name": "Lyc\u00e9e Pierre-Paul Riquet", "room": "Salle 101", "status": "unreachable", "reason": "the station refuses the connection (WinRM is off, or a firewall rejects it)", "reason_fr": "le poste refuse la connexion (WinRM arr\u00eat\u00e9 ou pare-feu)", "remedy": "Switch the station on, and check that WinRM listens (winrm enumerate winrm/config/listener), that the network profile is not public, and ansible_host and ansible_port.", "expected": "2026.2.7", "pinned": false, "stale": false, "server_error": "", "found": null, "found_fr": null}');
INSERT INTO "audit_station" VALUES('pronote_client','riquet-s101-03','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:02Z','late','2026.1.3 x64','2026-11-28T09:48:24Z','{"station": "riquet-s101-03", "school": "0310001A", "school_name": "Lyc\u00e9e Pierre-Paul Riquet", "room": "Salle 101", "status": "late", "reason": "2026.1.3 instead of 2026.2.7", "reason_fr": "2026.1.3 au lieu de 2026.2.7", "remedy": "Deploy (playbooks/deploy.yml).", "expected": "2026.2.7", "pinned": false, "stale": false, "server_error": "", "found": "2026.1.3 x64", "found_fr": "2026.1.3 x64"}');
INSERT INTO "audit_station" VALUES('pronote_client','riquet-cdi-01','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:25Z','compliant','2026.2.7 x64','2026-11-28T09:48:24Z','{"station": "riquet-cdi-01", "school": "0310001A", "school_name": "Lyc\u00e9e Pierre-Paul Riquet", "room": "CDI", "status": "compliant", "reason": "2026.2.7", "reason_fr": "2026.2.7", "remedy": "", "expected": "2026.2.7", "pinned": false, "stale": false, "server_error": "", "found": "2026.2.7 x64", "found_fr": "2026.2.7 x64"}');
INSERT INTO "audit_station" VALUES('pronote_client','riquet-cdi-02','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:02Z','',NULL,NULL,'{"station": "riquet-cdi-02", "school": "0310001A", "school_name": "Lyc\u00e9e Pierre-Paul Riquet", "room": "CDI", "status": "unreachable", "reason": "the station refuses the connection (WinRM is off, or a firewall rejects it)", "reason_fr": "le poste refuse la connexion (WinRM arr\u00eat\u00e9 ou pare-feu)", "remedy": "Switch the station on, and check that WinRM listens (winrm enumerate winrm/config/listener), that the network profile is not public, and ansible_host and ansible_port.", "expected": "2026.2.7", "pinned": false, "stale": false, "server_error": "", "found": null, "found_fr": null}');
INSERT INTO "audit_station" VALUES('pronote_client','riquet-cdi-03','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:02Z','older_year_only','2025.2.9 x64','2026-11-28T09:48:24Z','{"station": "riquet-cdi-03", "school": "0310001A", "school_name": "Lyc\u00e9e Pierre-Paul Riquet", "room": "CDI", "status": "older_year_only", "reason": "2025.2.9 only, no client of 2026", "reason_fr": "2025.2.9 seulement, pas de client 2026", "remedy": "Deploy (playbooks/deploy.yml).", "expected": "2026.2.7", "pinned": false, "stale": false, "server_error": "", "found": "2025.2.9 x64", "found_fr": "2025.2.9 x64"}');
INSERT INTO "audit_station" VALUES('pronote_client','riquet-cdi-04','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:25Z','compliant','2026.2.7 x64','2026-11-28T09:48:24Z','{"station": "riquet-cdi-04", "school": "0310001A", "school_name": "Lyc\u00e9e Pierre-Paul Riquet", "room": "CDI", "status": "compliant", "reason": "2026.2.7", "reason_fr": "2026.2.7", "remedy": "", "expected": "2026.2.7", "pinned": false, "stale": false, "server_error": "", "found": "2026.2.7 x64", "found_fr": "2026.2.7 x64"}');
INSERT INTO "audit_station" VALUES('pronote_client','fermat-profs-01','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:02Z','older_year_only','2025.2.9 x64','2026-11-28T09:48:24Z','{"station": "fermat-profs-01", "school": "0310002B", "school_name": "Coll\u00e8ge Pierre de Fermat", "room": "Salle des professeurs", "status": "older_year_only", "reason": "2025.2.9 only, no client of 2026", "reason_fr": "2025.2.9 seulement, pas de client 2026", "remedy": "Deploy (playbooks/deploy.yml).", "expected": "2026.1.3", "pinned": true, "stale": false, "server_error": "", "found": "2025.2.9 x64", "found_fr": "2025.2.9 x64"}');
INSERT INTO "audit_station" VALUES('pronote_client','fermat-profs-02','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:02Z','older_year_only','2025.2.9 x64','2026-11-28T09:48:24Z','{"station": "fermat-profs-02", "school": "0310002B", "school_name": "Coll\u00e8ge Pierre de Fermat", "room": "Salle des professeurs", "status": "older_year_only", "reason": "2025.2.9 only, no client of 2026", "reason_fr": "2025.2.9 seulement, pas de client 2026", "remedy": "Deploy (playbooks/deploy.yml).", "expected": "2026.1.3", "pinned": true, "stale": false, "server_error": "", "found": "2025.2.9 x64", "found_fr": "2025.2.9 x64"}');
INSERT INTO "audit_station" VALUES('pronote_client','fermat-profs-03','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:25Z','2026-11-28T09:48:02Z','',NULL,NULL,'{"station": "fermat-profs-03", "school": "0310002B", "school_name": "Coll\u00e8ge Pierre de Fermat", "room": "Salle des professeurs", "status": "refused", "reason": "the station refuses the user name or the password", "reason_fr": "le poste refuse le compte ou le mot de passe", "remedy": "Check ansible_user and ansible_password for this station (vault), the account''s lock-out, and that the listener offers the method of ansible_winrm_transport.", "expected": "2026.1.3", "pinned": true, "stale": false, "server_error": "", "found": null, "found_fr": null}');
INSERT INTO "audit_station" VALUES('edt_monoposte','riquet-cdi-04','/tmp/rentree-0.1.0/inventory','2026-11-28T09:48:26Z','2026-11-28T09:48:26Z','compliant','2026.2.7 x64','2026-11-28T09:48:25Z','{"station": "riquet-cdi-04", "school": "0310001A", "school_name": "Lyc\u00e9e Pierre-Paul Riquet", "room": "CDI", "status": "compliant", "reason": "2026.2.7", "reason_fr": "2026.2.7", "remedy": "", "expected": "2026.2.7", "pinned": false, "stale": false, "server_error": "", "found": "2026.2.7 x64", "found_fr": "2026.2.7 x64"}');
CREATE TABLE installed (
    station text not null references station (name) on delete cascade,
    product text not null,
    number integer not null,
    release text not null,
    arch text not null,
    condition text not null,
    primary key (station, product, number)
) strict, without rowid;
INSERT INTO "installed" VALUES('fermat-profs-01','pronote_client',0,'2025.2.9','x64','ok');
INSERT INTO "installed" VALUES('fermat-profs-02','pronote_client',0,'2025.2.9','x64','ok');
INSERT INTO "installed" VALUES('riquet-cdi-01','pronote_client',0,'2026.2.7','x64','ok');
INSERT INTO "installed" VALUES('riquet-cdi-02','pronote_client',0,'2025.2.9','x64','ok');
INSERT INTO "installed" VALUES('riquet-cdi-03','pronote_client',0,'2025.2.9','x64','ok');
INSERT INTO "installed" VALUES('riquet-cdi-04','edt_monoposte',0,'2026.2.7','x64','ok');
INSERT INTO "installed" VALUES('riquet-cdi-04','pronote_client',0,'2026.2.7','x64','ok');
INSERT INTO "installed" VALUES('riquet-s101-01','pronote_client',0,'2026.2.7','x64','ok');
INSERT INTO "installed" VALUES('riquet-s101-03','pronote_client',0,'2026.1.3','x64','ok');
CREATE TABLE ring (
    school text not null,
    release text not null,
    done integer not null default 0,
    ring integer not null default 0,
    stopped text not null default '',
    at text not null,
    primary key (school, release)
) strict;
INSERT INTO "ring" VALUES('0310001A','2026.2.7',3,2,'','2026-11-28T09:48:16Z');
INSERT INTO "ring" VALUES('0310001A','edt_monoposte 2026.2.7',1,1,'','2026-11-28T09:48:19Z');
INSERT INTO "ring" VALUES('0310002B','2026.1.3',0,0,'1 of 1 pilots failed: fermat-profs-01 (fermat-profs-01: the setup answered: the dialogs are out of order: record the response file again for this release (-12))','2026-11-28T09:48:22Z');
INSERT INTO "ring" VALUES('0310001A','2026.2.7 staged',1,1,'','2026-11-28T09:48:29Z');
CREATE TABLE server_release (
    id integer primary key autoincrement,
    product text not null,
    school text not null,
    release text not null,
    first_seen text not null,
    last_seen text not null
) strict;
INSERT INTO "server_release" VALUES(1,'pronote_client','0310001A','2026.2.7','2026-11-28T09:48:02Z','2026-11-28T09:48:25Z');
INSERT INTO "server_release" VALUES(2,'edt_monoposte','0310001A','2026.2.7','2026-11-28T09:48:02Z','2026-11-28T09:48:26Z');
CREATE TABLE standing (
    station text not null references station (name) on delete cascade,
    product text not null,
    wanted text not null default '',
    found text not null default '',
    outcome text not null default '',
    since text,
    reason text not null default '',
    -- In French where there is a French text for it, for the list that school staff read.
    reason_fr text not null default '',
    remedy text not null default '',
    failures integer not null default 0,
    primary key (station, product)
) strict, without rowid;
INSERT INTO "standing" VALUES('fermat-profs-01','pronote_client','2026.1.3','late','failed','2026-11-28T09:48:02Z','the setup answered: the dialogs are out of order: record the response file again for this release (-12)','the setup answered: the dialogs are out of order: record the response file again for this release (-12)','Record it again with this release''s setup (playbooks/record_response.yml, on a reference station), publish the release again, then run again.',1);
INSERT INTO "standing" VALUES('fermat-profs-02','pronote_client','2026.1.3','late','','2026-11-28T09:48:02Z','2025.2.9 only, no client of 2026','2025.2.9 seulement, pas de client 2026','Deploy (playbooks/deploy.yml).',0);
INSERT INTO "standing" VALUES('fermat-profs-03','pronote_client','2026.1.3','','','2026-11-28T09:48:01Z','the station refuses the user name or the password','le poste refuse le compte ou le mot de passe','Check ansible_user and ansible_password for this station (vault), the account''s lock-out, and that the listener offers the method of ansible_winrm_transport.',0);
INSERT INTO "standing" VALUES('riquet-cdi-01','pronote_client','2026.2.7','right','done',NULL,'','','',0);
INSERT INTO "standing" VALUES('riquet-cdi-02','pronote_client','2026.2.7','','','2026-11-28T09:48:01Z','the station refuses the connection (WinRM is off, or a firewall rejects it)','le poste refuse la connexion (WinRM arrêté ou pare-feu)','Switch the station on, and check that WinRM listens (winrm enumerate winrm/config/listener), that the network profile is not public, and ansible_host and ansible_port.',0);
INSERT INTO "standing" VALUES('riquet-cdi-03','pronote_client','2026.2.7','late','skipped','2026-11-28T09:48:01Z','the files of 2026.2.7 are not there','','',0);
INSERT INTO "standing" VALUES('riquet-cdi-04','edt_monoposte','2026.2.7','right','done',NULL,'','','',0);
INSERT INTO "standing" VALUES('riquet-cdi-04','pronote_client','2026.2.7','right','done',NULL,'','','',0);
INSERT INTO "standing" VALUES('riquet-s101-01','pronote_client','2026.2.7','right','done',NULL,'','','',0);
INSERT INTO "standing" VALUES('riquet-s101-02','pronote_client','2026.2.7','','unreachable','2026-11-28T09:48:01Z','the station refuses the connection (WinRM is off, or a firewall rejects it)','le poste refuse la connexion (WinRM arrêté ou pare-feu)','Switch the station on, and check that WinRM listens (winrm enumerate winrm/config/listener), that the network profile is not public, and ansible_host and ansible_port.',0);
INSERT INTO "standing" VALUES('riquet-s101-03','pronote_client','2026.2.7','late','skipped','2026-11-28T09:48:01Z','Client PRONOTE.exe (pid 1052) is running: left for a later run','','',0);
CREATE TABLE station (
    name text primary key,
    school text not null default '',
    room text not null default '',
    last_tried text,
    last_seen text,
    -- Why the last try did not reach it; empty when it answered.
    problem text not null default '',
    -- When this controller woke it, until it is switched off again or it has become somebody else's.
    woken text
) strict;
INSERT INTO "station" VALUES('riquet-s101-02','0310001A','Salle 101','2026-11-28T09:48:24Z',NULL,'the station refuses the connection (WinRM is off, or a firewall rejects it)',NULL);
INSERT INTO "station" VALUES('riquet-cdi-02','0310001A','CDI','2026-11-28T09:48:36Z',NULL,'','2026-11-28T09:48:30Z');
INSERT INTO "station" VALUES('fermat-profs-03','0310002B','Salle des professeurs','2026-11-28T09:48:24Z',NULL,'the station refuses the user name or the password',NULL);
INSERT INTO "station" VALUES('riquet-s101-01','0310001A','Salle 101','2026-11-28T09:48:24Z','2026-11-28T09:48:24Z','',NULL);
INSERT INTO "station" VALUES('riquet-s101-03','0310001A','Salle 101','2026-11-28T09:48:24Z','2026-11-28T09:48:24Z','',NULL);
INSERT INTO "station" VALUES('riquet-cdi-01','0310001A','CDI','2026-11-28T09:48:24Z','2026-11-28T09:48:24Z','',NULL);
INSERT INTO "station" VALUES('riquet-cdi-03','0310001A','CDI','2026-11-28T09:48:29Z','2026-11-28T09:48:29Z','',NULL);
INSERT INTO "station" VALUES('riquet-cdi-04','0310001A','CDI','2026-11-28T09:48:26Z','2026-11-28T09:48:26Z','',NULL);
INSERT INTO "station" VALUES('fermat-profs-01','0310002B','Salle des professeurs','2026-11-28T09:48:25Z','2026-11-28T09:48:25Z','',NULL);
INSERT INTO "station" VALUES('fermat-profs-02','0310002B','Salle des professeurs','2026-11-28T09:48:25Z','2026-11-28T09:48:25Z','',NULL);
CREATE TABLE unconfirmed (
    station text not null references station (name) on delete cascade,
    product text not null,
    wanted text not null,
    boot text not null,
    freezer text not null,
    primary key (station, product)
) strict, without rowid;
CREATE INDEX attempt_by_job on attempt (station, job);
CREATE INDEX audit_at on audit (at);
CREATE INDEX server_release_school on server_release (product, school);
CREATE INDEX attestation_of on attestation (school, year, operation);
CREATE TRIGGER attestation_is_never_changed before update on attestation begin
    select raise(abort, 'an attestation is never changed: revoke it');
end;
CREATE TRIGGER attestation_is_never_deleted before delete on attestation begin
    select raise(abort, 'an attestation is never deleted: revoke it');
end;
CREATE TRIGGER attestation_is_never_replaced before insert on attestation
when exists (select 1 from attestation where id = new.id) begin
    select raise(abort, 'an attestation is never replaced: revoke it');
end;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('attestation',5);
INSERT INTO "sqlite_sequence" VALUES('audit',4);
INSERT INTO "sqlite_sequence" VALUES('server_release',2);
COMMIT;
pragma user_version = 2;
