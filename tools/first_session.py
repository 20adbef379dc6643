#!/usr/bin/env python3
"""Plays a file of request lines against a real `skep serve`, one after the other, and shows each with its answer.

Usage: first_session.py SKEP REQUESTS.jsonl. The server gets a home and a project of its own, which are removed afterwards.
"""

import json
import os
import subprocess
import sys
import tempfile

PAINT = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\x1b[{code}m{text}\x1b[0m" if PAINT else text


def show_request(request):
    params = request.get("params", {})
    if request["method"] == "tools/call":
        arguments = json.dumps(params.get("arguments", {}), ensure_ascii=False)
        print(paint("1;36", f"→ {params['name']} ") + arguments)
    else:
        print(paint("1;36", f"→ {request['method']}"))


def show_answer(request, answer):
    if "error" in answer:
        shown = answer["error"]
    else:
        shown = answer["result"]
        if request["method"] == "initialize":
            shown = {key: shown[key] for key in ("protocolVersion", "serverInfo")}
        elif request["method"] == "tools/list":
            shown = [tool["name"] for tool in shown["tools"]]
        elif "structuredContent" in shown:
            shown = shown["structuredContent"]
    if isinstance(shown, list):
        text = ", ".join(shown)
    else:
        text = json.dumps(shown, indent=2, ensure_ascii=False)
    print("  " + text.replace("\n", "\n  ") + "\n")
    return "error" not in answer and not answer["result"].get("isError", False)


def play(skep, requests, folder):
    server = subprocess.Popen(
        [skep, "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "SKEP_HOME": os.path.join(folder, "home")},
    )
    good = True
    for line in requests:
        request = json.loads(line)
        server.stdin.write(line)
        server.stdin.flush()
        if "id" not in request:
            continue
        show_request(request)
        answer = json.loads(server.stdout.readline() or '{"error": "the server ended"}')
        good = show_answer(request, answer) and good
    server.stdin.close()
    return server.wait() == 0 and good


def main():
    skep, path = sys.argv[1:]
    with open(path, "rb") as file:
        requests = file.readlines()
    print(paint("1", f"A first session: {os.path.relpath(path)} through `skep serve`, in a home of its own.") + "\n")
    with tempfile.TemporaryDirectory(prefix="skep-first-session-") as folder:
        good = play(skep, requests, folder)
    if not good:
        print("The session did not go as it should: see above.", file=sys.stderr)
        return 1
    print(paint("1", "To connect a client:"))
    print(f"  claude mcp add skep -- {skep} serve")
    print(f'  or, in its mcpServers:  "skep": {{"command": "{skep}", "args": ["serve"]}}')
    print(paint("1", "From a shell:"))
    print("  tools/run mcp --list")
    print("  tools/run mcp memory_usage --action store --key k --value v")
    return 0


sys.exit(main())
