"""Fills a platform with apps that sleep, and measures what they cost.

usage: asleep.py fill DATA --template APP --domain DOMAIN --first N --last N
           apps sleeper-N with the template's droplet and a route each; returns when all sleep
       asleep.py memory DATA SECONDS       kilobytes that the platform's processes hold after a while of quiet and a collection
       asleep.py processor DATA SECONDS    what they use of one core, in percent
       asleep.py wake DATA ROUTER --apps N --alone DATA ROUTER --domain DOMAIN --rounds N
           in turn calls any of the sleepers, and the template as the only app of another platform: a JSON object with lists of milliseconds
"""

import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import time

from api import Api

DEADLINE_SECONDS = 300
AT_ONCE = 4
BATCH = 100
SLEEPERS = 5  # or as many as there are rounds
SETTLE_SECONDS = 1.2  # a warm slot is made again after 0.3 s of quiet
TICKS = os.sysconf("SC_CLK_TCK")


def fill(given):
    api = Api(given.data / "admin.json")
    template = next(api.list(f"/v3/apps?names={given.template}"))
    space = template["relationships"]["space"]["data"]["guid"]
    droplet = api.call("GET", f"/v3/apps/{template['guid']}/droplets/current")["guid"]
    for quota in api.list("/v3/organization_quotas"):
        without = {"apps": {"total_memory_in_mb": None}, "routes": {"total_routes": None}}
        api.call("PATCH", f"/v3/organization_quotas/{quota['guid']}", without)

    def start(app):
        to_app = {"relationships": {"app": {"data": {"guid": app["guid"]}}}}
        copy = api.call("POST", f"/v3/droplets?source_guid={droplet}", to_app)
        api.call("PATCH", f"/v3/apps/{app['guid']}/relationships/current_droplet", {"data": {"guid": copy["guid"]}})
        api.call("POST", f"/v3/apps/{app['guid']}/actions/start")

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
        for first in range(given.first, given.last + 1, BATCH):
            names = [f"sleeper-{number}" for number in range(first, min(first + BATCH, given.last + 1))]
            apps = [described(name, given.domain) for name in names]
            manifest = json.dumps({"applications": apps})
            api.call("POST", f"/v3/spaces/{space}/actions/apply_manifest", manifest, "application/x-yaml")
            made = list(api.list(f"/v3/apps?per_page={BATCH}&names={','.join(names)}"))
            list(threads.map(start, made))
    await_sleep(api)


def described(name, domain):
    return {
        "name": name,
        "command": f"exec ./hello {name}",
        "memory": "32M",
        "disk_quota": "64M",
        "routes": [{"route": f"{name}.{domain}"}],
        "sleep-after": "1s",
        "start-asleep": "true",
    }


def await_sleep(api, app=None):
    path = "/bellows/v1/placements?per_page=5000" + (f"&app_guids={app}" if app else "")
    deadline = time.monotonic() + DEADLINE_SECONDS
    while awake := [each for each in api.list(path) if not each["asleep"]]:
        if time.monotonic() > deadline:
            sys.exit(f"{len(awake)} did not fall asleep, such as {awake[0]}")
        time.sleep(0.2 if app else 1)


def platform(data):
    """The platform's process and all that it has started."""
    members = [int((data / "bellows.pid").read_text())]
    for member in members:
        for thread in pathlib.Path(f"/proc/{member}/task").iterdir():
            members += map(int, (thread / "children").read_text().split())
    return members


def memory(given):
    time.sleep(given.quiet)
    processes = platform(given.data)
    jcmd = pathlib.Path(f"/proc/{processes[0]}/exe").resolve().with_name("jcmd")
    # Twice: some of what the first one finds is let go by the second only.
    for order in "GC.run", "GC.run", "System.trim_native_heap":
        subprocess.run([jcmd, str(processes[0]), order], check=True, stdout=subprocess.DEVNULL)
    total = 0
    for process in processes:
        rollup = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    print(total)


def used_seconds(process):
    # The second field is a name in brackets, which may hold anything.
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def processor(given):
    processes = platform(given.data)
    began = time.monotonic()
    before = {process: used_seconds(process) for process in processes}
    time.sleep(given.seconds)
    used = 0
    for process in platform(given.data):
        used += used_seconds(process) - before.get(process, 0)
    print(100 * used / (time.monotonic() - began))


def call(router, name, domain):
    """Milliseconds until the app of that name has answered."""
    host, _, port = router.partition(":")
    began = time.monotonic()
    connection = http.client.HTTPConnection(host, int(port), timeout=DEADLINE_SECONDS)
    connection.request("GET", "/", headers={"Host": f"{name}.{domain}", "Connection": "close"})
    answer = connection.getresponse().read().decode()
    took = (time.monotonic() - began) * 1000
    connection.close()
    if not answer.startswith(f"{name} "):
        sys.exit(f"{name} answers {answer}")
    return took


def wake(given):
    """In turn, each time with all asleep and quiet. What is called has run before, as apps that sleep have."""
    other, other_router = given.alone
    many, alone = Api(given.data / "admin.json"), Api(pathlib.Path(other) / "admin.json")
    sleepers = [f"sleeper-{number}" for number in random.sample(range(1, given.apps + 1), min(SLEEPERS, given.rounds))]
    samples = {"many": [], "alone": []}
    for number in range(len(sleepers) + given.rounds):
        for way, api, router, name in (
            ("many", many, given.router, sleepers[number % len(sleepers)]),
            ("alone", alone, other_router, "template"),
        ):
            app = next(api.list(f"/v3/apps?names={name}"))["guid"]
            await_sleep(api, app)
            time.sleep(SETTLE_SECONDS)
            took = call(router, name, given.domain)
            await_sleep(api, app)
            if number >= len(sleepers):
                samples[way].append(took)
    print(json.dumps(samples))


def main():
    arguments = argparse.ArgumentParser()
    commands = arguments.add_subparsers(required=True)

    def command(run):
        parser = commands.add_parser(run.__name__)
        parser.add_argument("data", type=pathlib.Path)
        parser.set_defaults(run=run)
        return parser

    filling = command(fill)
    filling.add_argument("--template", required=True)
    filling.add_argument("--domain", required=True)
    filling.add_argument("--first", type=int, required=True)
    filling.add_argument("--last", type=int, required=True)
    command(memory).add_argument("quiet", type=float)
    command(processor).add_argument("seconds", type=float)
    waking = command(wake)
    waking.add_argument("router")
    waking.add_argument("--apps", type=int, required=True)
    waking.add_argument("--alone", nargs=2, required=True)
    waking.add_argument("--domain", required=True)
    waking.add_argument("--rounds", type=int, required=True)
    given = arguments.parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
