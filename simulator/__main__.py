"""`python -m simulator --webhook URL --token … --app-id … --app-secret …`: WeChat on a desk."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from werkzeug.serving import run_simple

from simulator.app import create_app
from simulator.config import SimulatorConfig, Template


def _template(text: str) -> tuple[str, Template]:
    """`ID=标题|标签：{{thing1.DATA}}|…` as a template, lines divided by `|`."""
    identity, _, rest = text.partition("=")
    title, *lines = rest.split("|")
    if not identity or not title:
        raise argparse.ArgumentTypeError("ID=TITLE|LABEL：{{thing1.DATA}}|… is wanted")
    return identity, Template(title, "\n".join(lines))


def _parser() -> argparse.ArgumentParser:
    environment = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    add = parser.add_argument
    add("--webhook", required=True, help="where the bot listens")
    add("--token", default=environment("WECHAT_TOKEN", ""))
    add("--app-id", default=environment("WECHAT_APP_ID", ""))
    add("--app-secret", default=environment("WECHAT_APP_SECRET", ""))
    add("--account-id", default=environment("WECHAT_ACCOUNT_ID", "gh_simulator"))
    add("--aes-key", default=environment("WECHAT_AES_KEY", ""))
    add("--account-name", default="医院挂号台")
    add("--mode", choices=["plain", "compatible", "safe"], default="plain")
    add("--format", choices=["xml", "json"], default="xml")
    add("--timeout", type=float, default=5.0, help="seconds for one try")
    add("--fresh-signature", action="store_true", help="sign each retry anew")
    add("--test-account", action="store_true", help="behave as a 测试号")
    add("--public-hospital", action="store_true", help="may send 就医助手 notices")
    add("--overlap", type=float, default=0.0, help="seconds the token before stays good")
    add("--template", type=_template, action="append", default=[], metavar="ID=TITLE|…")
    add("--long-term", action="append", default=[], metavar="ID", help="a long-term template")
    add("--callback-host", default="", help="the only host web authorization leads to")
    add("--timezone", default="Asia/Shanghai")
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=8100)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the phone page and the API until Ctrl-C."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        config = SimulatorConfig(
            webhook_url=given.webhook,
            token=given.token,
            app_id=given.app_id,
            app_secret=given.app_secret,
            account_id=given.account_id,
            aes_key=given.aes_key,
            account_name=given.account_name,
            mode=given.mode,
            body_format=given.format,
            timeout_seconds=given.timeout,
            templates=dict(given.template),
            long_term_templates=frozenset(given.long_term),
            callback_host=given.callback_host,
            timezone=given.timezone,
            fresh_signature_on_retry=given.fresh_signature,
            test_account=given.test_account,
            public_hospital=given.public_hospital,
            token_overlap_seconds=given.overlap,
        )
    except ValueError as error:
        parser.error(str(error))
    base = f"http://{given.host}:{given.port}"
    sys.stdout.write(f"phone: {base}/phone   API: {base}   knobs: {base}/simulator/state\n")
    sys.stdout.flush()
    run_simple(given.host, given.port, create_app(config), threaded=True)


if __name__ == "__main__":
    main()
