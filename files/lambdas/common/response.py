# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer of a function, in the form that API Gateway wants from a Lambda proxy integration."""

import json
from collections.abc import Mapping

type Response = dict[str, object]


def response(status: int, body: Mapping[str, object]) -> Response:
    """Return the answer with HTTP `status` and `body` as JSON.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
