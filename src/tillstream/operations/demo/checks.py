"""How each step is checked and told; each function takes the scene and gives a step's check."""

import json
from collections import Counter
from typing import Any, Final

from tillstream.core.contracts import LAKE_TOPICS, SOURCE_TOPICS, TOPICS
from tillstream.core.errors import ServiceError
from tillstream.operations.demo.loop import K, turn_the_list
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.steps import Check, Told
from tillstream.operations.stack.control import running_stack

MIB = 2**20
STREAMING_JOBS: Final = ("session_aggregator", "fraud_pattern_detector")


def said(output: str) -> dict[str, Any]:
    """The last line of an output that is a JSON object; empty where there is none."""
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            try:
                return dict(json.loads(line))
            except ValueError:
                continue
    return {}


def stack_ready(scene: Scene) -> Check:
    """Every service answers."""

    def check(output: str) -> Told | None:  # noqa: ARG001  no command
        status = running_stack(scene.places)
        if status is None or not status.ready:
            return None
        starts = {service.name: service.start_seconds for service in status.services}
        words = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in starts.items())
        return Told(f"{len(starts)} services ready: {words}", {"start_seconds": starts})

    return check


def history_on_log(scene: Scene) -> Check:
    """What was simulated or replayed is on the log."""

    def check(output: str) -> Told:
        events = scene.on_log()
        if not events:
            raise ServiceError("history left the log empty")
        return Told(f"{events:,} events on the log", {"events": events, **said(output)})

    return check


def lake_filled(scene: Scene) -> Check:
    """The lake has read the log to its end, and has every record of it."""

    def check(output: str) -> Told | None:  # noqa: ARG001  no command
        # First, for more may come meanwhile. Sources only: of what Flink writes, ends count marks of transactions too.
        on_log = scene.on_log(SOURCE_TOPICS)
        if not scene.rows("bronze") or scene.lag("lake", LAKE_TOPICS):
            return None
        bronze, silver = scene.rows("bronze"), scene.rows("silver")
        lost = max(0, on_log - sum(scene.rows(f"bronze.{TOPICS[topic].entity}") for topic in SOURCE_TOPICS))
        facts = {"bronze_rows": bronze, "silver_rows": silver, "lost": lost}
        return Told(f"{bronze:,} events in bronze, {silver:,} in silver, {lost} lost", facts)

    return check


def streams_told(scene: Scene) -> Check:
    """Sessions and fraud alerts of the whole past have come to the lake."""

    def check(output: str) -> Told | None:  # noqa: ARG001  no command
        if any(map(scene.lag, STREAMING_JOBS)) or scene.lag("lake", LAKE_TOPICS):
            return None
        rows = scene.lake.arrow("silver.sessions", ["session_id", "retracted"]).to_pylist()
        sessions = len({row["session_id"] for row in rows} - {row["session_id"] for row in rows if row["retracted"]})
        if not sessions and scene.on_log(["clicks.v1"]):  # a log without visitors has none
            return None
        alerts = Counter(scene.lake.arrow("silver.fraud_alerts", ["pattern"])["pattern"].to_pylist())
        words = ", ".join(f"{pattern} {count}" for pattern, count in sorted(alerts.items()))
        line = f"{sessions:,} sessions, {alerts.total():,} fraud alerts"
        return Told(line, {"sessions": sessions, "alerts": dict(alerts)}, (words,) if words else ())

    return check


def gold_built(scene: Scene) -> Check:
    """The gold tables hold rows."""

    def check(output: str) -> Told:
        rows = {name: scene.lake.dataset(name).count_rows() for name in scene.lake.tables() if name.startswith("gold.")}
        if not rows:
            raise ServiceError("no gold table was built")
        words = ", ".join(f"{name.partition('.')[2]} {count:,}" for name, count in rows.items())
        return Told(words, {"rows": rows, **said(output)})

    return check


def models_trained(output: str) -> Told:
    """Which models beat their plain baseline and serve now; the others say why not."""
    settled = json.loads(output.splitlines()[-1])
    promoted = [one["use_case"] for one in settled if one["promoted"]]
    facts = {
        one["use_case"]: {name: one[name] for name in ("promoted", "sentence", "version", "metrics")} for one in settled
    }
    line = f"{len(promoted)} of {len(settled)} promoted" + (f": {', '.join(promoted)}" if promoted else "")
    return Told(line, facts, tuple(f"{one['use_case']:<10} {one['sentence']}" for one in settled))


def last_words(output: str) -> str:
    """The last line of an output that is not JSON, for a reader."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("{")]
    return lines[-1] if lines else "no word"


def plain(output: str) -> Told:
    """What the command itself said last."""
    return Told(last_words(output), said(output))


def shop_serves(scene: Scene) -> Check:
    """The API has seen the snapshot; the page, the catalogue and the four decisions answer."""

    def check(output: str) -> Told | None:  # noqa: ARG001  no command
        shop = scene.shop
        if shop.get("/readyz").get("snapshot") is None:  # it looks twice a second
            return None
        page = "<html" in shop.page().lower()
        who = {"visitor_id": "v-demo"}
        answers = {
            "churn": shop.post("/v1/churn", {"customer_id": "c-demo"}),
            "fraud": shop.post("/v1/fraud", {**who, "payment_id": "p-demo", "amount_cents": 4_900, "currency": "EUR"}),
        }
        for product in shop.get("/v1/products", limit=1)["items"]:  # a log of payments alone names none
            answers["recommend"] = shop.post("/v1/recommendations", {**who, "k": K})
            answers["price"] = shop.post("/v1/price", {**who, "product_id": product["product_id"]})
        modes = {name: f"{answer['mode']}" for name, answer in answers.items()}
        models = {name: answer["model"] for name, answer in answers.items()}
        words = ", ".join(f"{name} {mode}" for name, mode in modes.items())
        page_words = "page served" if page else "no page built (make storefront)"
        return Told(f"{page_words}; {words}", {"page": page, "modes": modes, "models": models})

    return check


def loop_closed(scene: Scene, made: list[str]) -> Check:
    """A visitor's list turns to what he looked at, and its record names what was shown; its id goes to `made`."""

    def check(output: str) -> Told:  # noqa: ARG001  no command
        turn = turn_the_list(scene.shop)
        made.append(turn.decision_id)
        line = (
            f"3 views of {turn.category}: {turn.before} of {K} before, {turn.after} after {turn.milliseconds:.0f} ms; "
            f"record {turn.decision_id[:12]} agrees"
        )
        facts = {
            "category": turn.category,
            "before": turn.before,
            "after": turn.after,
            "milliseconds": turn.milliseconds,
            "decision_id": turn.decision_id,
        }
        return Told(line, facts)

    return check


def record_in_lake(scene: Scene, made: list[str]) -> Check:
    """The record of that decision has come by the log to the lake, where it can be replayed from."""

    def check(output: str) -> Told | None:  # noqa: ARG001  no command
        kept = scene.lake.arrow("silver.decisions", ["event_id"])["event_id"].to_pylist()
        if not set(made) <= set(kept):
            return None
        return Told(
            f"{len(kept)} decisions in silver; try: tillstream decisions replay {made[-1]}", {"rows": len(kept)}
        )

    return check
