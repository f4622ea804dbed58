# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documents of AWS that say what CloudWatch refuses. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple


class Source(NamedTuple):
    """A document: its title, and its address."""

    title: str
    url: str


_AWS: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest"
BODY: Final = Source(
    "Dashboard body structure and syntax", f"{_AWS}/monitoring/CloudWatch-Dashboard-Body-Structure.html"
)
PUT_DASHBOARD: Final = Source("PutDashboard", f"{_AWS}/APIReference/API_PutDashboard.html")
LIMITS: Final = Source("CloudWatch service quotas", f"{_AWS}/monitoring/cloudwatch_limits.html")
DIMENSIONS: Final = Source("Metrics concepts", f"{_AWS}/monitoring/cloudwatch_concepts.html")
