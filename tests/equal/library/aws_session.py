# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a session of boto3 and a client, and tells what they are like."""

from __future__ import annotations

import boto3
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({})
    session = boto3.session.Session(region_name="eu-north-1", aws_access_key_id="none", aws_secret_access_key="none")
    client = session.client("s3")
    module.exit_json(
        version_of=boto3.__version__,
        default=repr(boto3.DEFAULT_SESSION),
        folders=session._session.get_component("data_loader").search_paths,
        endpoint=client.meta.endpoint_url,
        retries=client.meta.config.retries,
        agent=client._client_config.user_agent,
        profile=session.profile_name,
        services=session.get_available_services(),
    )


if __name__ == "__main__":
    main()
