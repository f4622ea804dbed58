"""Log in to the database and print what it answers: login.py HOST PORT CA USER TOKEN_USER QUERY.

The token is one for TOKEN_USER, so that a user may try with somebody else's. Credentials
for it come from the environment.
"""

import json
import ssl
import sys

import boto3
import pymysql

host, port, ca, user, token_user, query = sys.argv[1:]
token = boto3.client("rds").generate_db_auth_token(host, int(port), token_user)
try:
    with (
        pymysql.connect(
            host=host, port=int(port), user=user, password=token, ssl=ssl.create_default_context(cafile=ca)
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query)
        print(json.dumps(cursor.fetchall()))
except pymysql.MySQLError as error:
    print(json.dumps({"refused": error.args[0]}))
