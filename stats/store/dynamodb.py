"""The store of the service: one table of DynamoDB, in which every change is one conditional transaction.

An item is a state (`pk` the thing, `sk` what it is of it, `seq`, `state`) or counters (`pk` the scope, `sk` "day:…" or
"total"). The index `ranks` holds the totals of live posts by their blog.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from stats.facts import FLOOR, NAMES, Key, State
from stats.store.base import TOTAL, Change, Counts, Raced, Store, StoreDown

INDEX = "ranks"
RANK = {"views": 10**20, "likes": 10**10, "comments": 1}
"""A post's place is a sum, so that it moves with its counters in the same update."""
RACES = {"ConditionalCheckFailed", "TransactionConflict"}
KEYS_AT_ONCE = 100
WRITES_AT_ONCE = 25
TRIES = 8


class DynamoDBStore(Store):
    """Keeps everything in one table."""

    most_items = 100

    def __init__(
        self,
        table: str,
        *,
        endpoint_url: str | None = None,
        region: str = "us-east-1",
        access_key: str | None = None,
        secret_key: str | None = None,
        connect_seconds: float = 2,
        read_seconds: float = 4,
    ):
        self.table = table
        self._client = boto3.client(
            "dynamodb",
            endpoint_url=endpoint_url or None,
            region_name=region,
            aws_access_key_id=access_key or None,
            aws_secret_access_key=secret_key or None,
            config=Config(
                connect_timeout=connect_seconds,
                read_timeout=read_seconds,
                retries={"total_max_attempts": 3, "mode": "standard"},
                max_pool_connections=20,
            ),
        )

    def create(self) -> None:
        with _down():
            try:
                self._client.describe_table(TableName=self.table)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
                self._create()
            self._client.get_waiter("table_exists").wait(
                TableName=self.table, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
            )

    def _create(self) -> None:
        types = {"pk": "S", "sk": "S", "top": "N", "rank": "N"}
        try:
            self._client.create_table(
                TableName=self.table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
                KeySchema=_schema("pk", "sk"),
                GlobalSecondaryIndexes=[
                    {"IndexName": INDEX, "KeySchema": _schema("top", "rank"), "Projection": {"ProjectionType": "ALL"}}
                ],
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceInUseException":  # another process was quicker
                raise

    def check(self) -> None:
        self.states([FLOOR])

    def states(self, keys: Iterable[Key]) -> dict[Key, State]:
        keys = list(keys)
        found: dict[Key, State] = {}
        with _down():
            for start in range(0, len(keys), KEYS_AT_ONCE):
                found |= self._some_states(keys[start : start + KEYS_AT_ONCE])
        return found

    def _some_states(self, keys: list[Key]) -> dict[Key, State]:
        wanted = {self.table: {"Keys": [_key(*key) for key in keys], "ConsistentRead": True}}
        found: dict[Key, State] = {}
        for attempt in range(TRIES):
            answer = self._client.batch_get_item(RequestItems=wanted)
            for item in answer["Responses"].get(self.table, []):
                state = State(int(item["seq"]["N"]), json.loads(item["state"]["S"]))
                found[item["pk"]["S"], item["sk"]["S"]] = state
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return found
            _pause(attempt)
        raise StoreDown("DynamoDB leaves keys unprocessed")

    def commit(self, change: Change) -> None:
        items = [{"ConditionCheck": self._condition(key, sequence)} for key, sequence in change.guards.items()]
        for key, (sequence, state) in change.states.items():
            item = _key(*key) | {
                "seq": {"N": str(state.sequence)},
                "state": {"S": json.dumps(state.fields, separators=(",", ":"))},
            }
            condition = self._condition(key, sequence)
            condition.pop("Key")
            items.append({"Put": condition | {"Item": item}})
        moved = change.moved
        for scope, day in dict.fromkeys([*moved, *((scope, TOTAL) for scope in change.tops)]):
            items.append({"Update": self._count(change, scope, day, moved.get((scope, day), {}))})
        with _down():
            try:
                self._client.transact_write_items(TransactItems=items)
            except ClientError as error:
                reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", ())}
                if error.response["Error"]["Code"] == "TransactionInProgressException" or reasons & RACES:
                    raise Raced(str(error)) from error
                raise

    def _condition(self, key: Key, sequence: int | None) -> dict:
        condition: dict[str, Any] = {"TableName": self.table, "Key": _key(*key)}
        if sequence is None:
            return condition | {"ConditionExpression": "attribute_not_exists(pk)"}
        return condition | {
            "ConditionExpression": "seq = :expected",
            "ExpressionAttributeValues": {":expected": {"N": str(sequence)}},
        }

    def _count(self, change: Change, scope: str, day: str, counts: Counts) -> dict:
        names, values, parts = {}, {}, []
        adds = dict(counts)
        if day == TOTAL and scope.startswith("post:"):  # also when it is nothing: without a rank, it has no place
            adds["rank"] = sum(RANK.get(name, 0) * count for name, count in counts.items())
        if adds:
            parts.append("ADD " + ", ".join(f"#{name} :{name}" for name in adds))
            names |= {f"#{name}": name for name in adds}
            values |= {f":{name}": {"N": str(count)} for name, count in adds.items()}
        if day == TOTAL and scope in change.tops:
            names["#top"] = "top"
            blog = change.tops[scope]
            if blog is None:
                parts.append("REMOVE #top")
            else:
                parts.append("SET #top = :top")
                values[":top"] = {"N": str(blog)}
        update: dict[str, Any] = {"TableName": self.table, "Key": _key(scope, _place(day))}
        if expected := change.expected.get((scope, day)):
            update["ConditionExpression"] = " AND ".join(
                f"#{name} = :was_{name}" if count else f"(attribute_not_exists(#{name}) OR #{name} = :was_{name})"
                for name, count in expected.items()
            )
            names |= {f"#{name}": name for name in expected}
            values |= {f":was_{name}": {"N": str(count)} for name, count in expected.items()}
        update["UpdateExpression"] = " ".join(parts)
        return update | {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}

    def total(self, scope: str) -> Counts:
        with _down():
            item = self._client.get_item(TableName=self.table, Key=_key(scope, _place(TOTAL)), ConsistentRead=True)
        return _counts(item.get("Item", {}))

    def counts_by_day(self, scope: str, first: str = "0", last: str = "9999-99") -> dict[str, Counts]:
        between = {":pk": {"S": scope}, ":first": {"S": _place(first)}, ":last": {"S": _place(last)}}
        query = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": between,
            "ConsistentRead": True,
        }
        with _down():
            return {item["sk"]["S"].partition(":")[2]: _counts(item) for item in self._pages("query", query)}

    def top(self, blog: int, limit: int) -> list[tuple[int, Counts]]:
        with _down():
            answer = self._client.query(
                TableName=self.table,
                IndexName=INDEX,
                KeyConditionExpression="#top = :top",
                ExpressionAttributeNames={"#top": "top"},
                ExpressionAttributeValues={":top": {"N": str(blog)}},
                ScanIndexForward=False,
                Limit=limit,
            )
        return [(int(item["pk"]["S"].partition(":")[2]), _counts(item)) for item in answer["Items"]]

    def forget_parts(self, scope: str) -> None:
        query = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": scope}},
            "ProjectionExpression": "pk, sk",
        }
        with _down():
            parts = [item for item in self._pages("query", query) if ":" in item["sk"]["S"]]
            self._delete(item for item in parts if not item["sk"]["S"].startswith("day:"))

    def clear(self, *, floor: int) -> None:
        item = _key(*FLOOR) | {"seq": {"N": str(floor)}, "state": {"S": "{}"}}
        with _down():
            self._client.put_item(TableName=self.table, Item=item)
            found = self._pages("scan", {"TableName": self.table, "ProjectionExpression": "pk, sk"})
            self._delete(item for item in list(found) if (item["pk"]["S"], item["sk"]["S"]) != FLOOR)

    def _pages(self, call: str, arguments: dict) -> Iterator[dict]:
        for page in self._client.get_paginator(call).paginate(**arguments):
            yield from page["Items"]

    def _delete(self, items: Iterable[dict]) -> None:
        items = list(items)
        for start in range(0, len(items), WRITES_AT_ONCE):
            some = items[start : start + WRITES_AT_ONCE]
            wanted = {self.table: [{"DeleteRequest": {"Key": {n: item[n] for n in ("pk", "sk")}}} for item in some]}
            for attempt in range(TRIES):
                wanted = self._client.batch_write_item(RequestItems=wanted).get("UnprocessedItems")
                if not wanted:
                    break
                _pause(attempt)
            else:
                raise StoreDown("DynamoDB leaves deletions unprocessed")

    def close(self) -> None:
        self._client.close()


def _schema(partition: str, sort: str) -> list[dict]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def _key(pk: str, sk: str) -> dict:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _place(day: str) -> str:
    return "total" if day == TOTAL else f"day:{day}"


def _counts(item: dict) -> Counts:
    return {name: int(item[name]["N"]) if name in item else 0 for name in NAMES}


def _pause(attempt: int) -> None:
    time.sleep(0.05 * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 - no secret


@contextmanager
def _down() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise StoreDown(f"{type(error).__name__}: {error}") from error
