"""Make one call to AWS and print the answer: boto.py SERVICE OPERATION [ARGUMENTS AS JSON]."""

import json
import sys

import boto3

service, operation, *arguments = sys.argv[1:]
answer = getattr(boto3.client(service), operation)(**json.loads(arguments[0] if arguments else "{}"))
print(json.dumps(answer, default=str))
