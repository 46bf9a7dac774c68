"""`python -m simulator --webhook URL --token … --app-id … --app-secret …`: WeChat on a desk."""

from __future__ import annotations

import argparse
import os

from werkzeug.serving import run_simple

from simulator.app import create_app
from simulator.config import SimulatorConfig


def _arguments() -> argparse.Namespace:
    environment = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--webhook", required=True, help="where the bot listens")
    parser.add_argument("--token", default=environment("WECHAT_TOKEN", ""))
    parser.add_argument("--app-id", default=environment("WECHAT_APP_ID", ""))
    parser.add_argument("--app-secret", default=environment("WECHAT_APP_SECRET", ""))
    parser.add_argument("--account-id", default=environment("WECHAT_ACCOUNT_ID", "gh_simulator"))
    parser.add_argument("--aes-key", default=environment("WECHAT_AES_KEY", ""))
    parser.add_argument("--account-name", default="医院挂号台")
    parser.add_argument("--mode", choices=["plain", "compatible", "safe"], default="plain")
    parser.add_argument("--format", choices=["xml", "json"], default="xml")
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds for one try")
    parser.add_argument("--fresh-signature", action="store_true", help="sign each retry anew")
    parser.add_argument("--test-account", action="store_true", help="behave as a 测试号")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100)
    return parser.parse_args()


def main() -> None:
    """Serve the phone page and the API until Ctrl-C."""
    given = _arguments()
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
        fresh_signature_on_retry=given.fresh_signature,
        test_account=given.test_account,
    )
    run_simple(given.host, given.port, create_app(config), threaded=True)


if __name__ == "__main__":
    main()
