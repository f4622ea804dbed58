#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: sqs_redrive
version_added: 0.1.0
short_description: Move the messages of a dead-letter queue back to their queue
description:
  - Moves the messages that were set aside in the dead-letter queue of an SQS queue back to where they came from, shows
    how far it is, and ends when they are moved.
  - SQS does it itself where it can (C(StartMessageMoveTask)). Where it can't, as in some emulations, the messages are
    received, sent and deleted one by one, with their attributes.
  - No message is lost. One may be delivered twice when the move is interrupted, as any message of SQS may.
  - Messages that fail again come back to the dead-letter queue, and are not moved a second time by the same run.
  - A dead-letter queue may serve several queues. Each message goes back to the one that it came from.
notes:
  - Needs C(sqs:GetQueueUrl), C(sqs:GetQueueAttributes), C(sqs:ListMessageMoveTasks), C(sqs:StartMessageMoveTask),
    C(sqs:ReceiveMessage) and C(sqs:DeleteMessage) on the dead-letter queue, and C(sqs:GetQueueUrl),
    C(sqs:GetQueueAttributes) and C(sqs:SendMessage) on the queue. Encrypted queues need C(kms:Decrypt) and
    C(kms:GenerateDataKey) on their keys, besides.
  - A move that SQS makes goes on when the run is interrupted.
author:
  - taskmanager.aws contributors
options:
  queue:
    description:
      - The name of the queue that messages go back to. Its redrive policy names the dead-letter queue.
    type: str
    required: true
  max_number_of_messages_per_second:
    description:
      - The highest number of messages to move in a second, from 1 to 500. Without it SQS chooses.
    type: int
  resume:
    description:
      - What an earlier call returned, to go on with the same move instead of starting one. The action plugin gives it,
        which calls the module again until everything is moved.
    type: dict
    suboptions:
      moved:
        description: RV(moved) of that call.
        type: int
        required: true
      to_move:
        description: RV(to_move) of that call.
        type: int
        required: true
attributes:
  check_mode:
    description: Tells how many messages would be moved, and moves none.
    support: full
  diff_mode:
    description: Shows the number of messages in the dead-letter queue, before and after.
    support: full
  idempotent:
    description: A second run changes nothing, unless messages failed again.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Give the orders that failed another try
  taskmanager.aws.sqs_redrive:
    queue: orders

- name: Do so gently
  taskmanager.aws.sqs_redrive:
    queue: orders
    max_number_of_messages_per_second: 20
"""

RETURN = r"""
dead_letter_queue:
  description: The name of the dead-letter queue.
  returned: success
  type: str
  sample: orders-dlq
to_move:
  description: How many messages there were in it at the start. SQS counts approximately.
  returned: success
  type: int
  sample: 12
moved:
  description: How many messages were moved; in check mode none.
  returned: success
  type: int
  sample: 12
finished:
  description: Whether the move is finished.
  returned: success
  type: bool
  sample: true
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.sqs_redrive import (
    Move,
    RefusedRedriveError,
    check_rate,
    dead_letter_queue_of,
    refuse_running,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.sqs_redrive_api import (
    RedriveError,
    follow_task,
    move_messages,
    newest_tasks,
    queue_attributes,
    queue_url,
    start_task,
)

CHECKED = {
    "queue": aws.QUEUE_NAME,
    "max_number_of_messages_per_second": aws.MOVED_PER_SECOND,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Move messages for a while and return the module's result.

    :raises RefusedRedriveError: it cannot be made, or ended before everything was moved.
    :raises RedriveError: SQS refused or failed a call.
    """
    check_rate(module.params["max_number_of_messages_per_second"])
    client = module.client("sqs")
    queue = queue_attributes(client, queue_url(client, module.params["queue"]), "QueueArn", "RedrivePolicy")
    source = dead_letter_queue_of(module.params["queue"], queue.get("RedrivePolicy"))
    url = queue_url(client, source.rpartition(":")[2])
    move = step(module, client, source, url, queue["QueueArn"])
    left = 0 if module.check_mode else move.to_move - move.moved
    result: dict[str, Any] = {
        "changed": move.to_move > 0 if module.check_mode else move.moved > 0,
        "dead_letter_queue": source.rpartition(":")[2],
        "moved": move.moved,
        "to_move": move.to_move,
        "finished": move.finished,
    }
    if module._diff:
        result["diff"] = {"before": {"messages": move.to_move}, "after": {"messages": left}}
    return result


def step(module: AnsibleAWSModule, client: Any, source: str, url: str, queue_arn: str) -> Move:
    """Start a move, or go on with one, and return how far it is; in check mode, what there is to move.

    :param source: the ARN of the dead-letter queue, whose URL is `url`.
    """
    rate, resume = module.params["max_number_of_messages_per_second"], module.params["resume"]
    tasks = newest_tasks(client, source)
    if resume:
        begun = Move(**resume, finished=False)
    else:
        refuse_running(tasks[0] if tasks else None, source)
        waiting = queue_attributes(client, url, "ApproximateNumberOfMessages")
        begun = Move(0, int(waiting["ApproximateNumberOfMessages"]), finished=False)
    if module.check_mode or begun.to_move == 0:
        return Move(begun.moved, begun.to_move, finished=True)
    if tasks is None:
        return move_messages(client, url, queue_arn, begun, rate)
    if not resume:
        start_task(client, source, rate)
    return follow_task(client, source, begun, before=[] if resume else tasks)


def main() -> None:
    numbers = {name: {"type": "int", "required": True} for name in ("moved", "to_move")}
    module = AnsibleAWSModule(
        argument_spec={
            "queue": {"type": "str", "required": True},
            "max_number_of_messages_per_second": {"type": "int"},
            "resume": {"type": "dict", "options": numbers},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except RefusedRedriveError as error:
        module.fail_json(msg=str(error))
    except RedriveError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
