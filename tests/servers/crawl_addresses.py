"""Some hundreds of addresses by which something private might be reached, made from the private files themselves."""

import urllib.parse

PREFIXES = (
    "/", "/files/", "/voila/files/", "/voila/static/", "/voila/templates/", "/voila/templates/lab/static/", "/voila/render/",
    "/voila/render/manager/", "/voila/tree/", "/voila/api/contents/", "/voila/api/themes/", "/voila/labextensions/", "/static/",
    "/gate/", "/published/", "/dashboards/", "/api/contents/", "/nbconvert/html/", "/view/", "/login/",
)  # fmt: skip
CLIMBS = (
    "..", "../..", "../../..", "%2e%2e", "%2E%2E/%2e%2e", "..%2f..", "..%5c..", "..\\..", "%252e%252e", "%252e%252e%252f..",
    ".%2e", "./..", "//..", "..;", "....//", "..%00", "%c0%ae%c0%ae", "%uff0e%uff0e", "..%ef%bc%8f..", "x/../..",
)  # fmt: skip
FIXED = (
    "/people.json", "/.people.json.lock", "/.env", "/.git/config", "/etc/passwd", "/voila/static//etc/passwd",
    "/static/etc/passwd", "/voila/query/0-0-0-0-0", "/voila/execution/0-0-0-0-0", "/api/kernels", "/api/kernelspecs",
    "/api/sessions", "/api/terminals", "/api/status", "/api/me", "/metrics", "/lab", "/tree", "/voila", "/voila/",
    "/voila/render/manager/dashboard_fusion.ipynb", "/voila/render/../voila.json", "/voila/files/voila.json", "/voila.json",
    "/gate.json", "/gate.log", "/voila.log", "/gate/gate.json", "/published/../settings.json", "/published/manifest.json",
    "/dashboards/", "/dashboards/fusion.ipynb", "/dashboards/fusion/", "/Dashboards/fusion", "/DASHBOARDS/FUSION",
    "/dashboards/fusion%00", "/dashboards//fusion", "/dashboards/../people.json", "/login/../people.json", "/shown/",
    "/voila/static/../../../../voila.json", "/voila/templates/lab/static/../index.html.j2",
    "/voila/labextensions/../kernels/python3/kernel.json", "/proc/self/environ", "/voila/files/proc/self/environ",
)  # fmt: skip


def addresses(root, private):
    """Every address once: prefixes and climbs before private files, in several spellings."""
    found = dict.fromkeys(FIXED)
    for number, name in enumerate(private):
        for i in range(6):  # six of the prefixes each, in turn: together all of them, many times over
            prefix = PREFIXES[(number + 3 * i) % len(PREFIXES)]
            found[f"{prefix}{name}"] = None
            found[f"{prefix}{CLIMBS[(2 * number + i) % len(CLIMBS)]}/{name}"] = None
        found[f"//{name}"] = None
        found[f"/{urllib.parse.quote(name, safe='')}"] = None
        found[f"/voila/files/{name.upper()}"] = None
        found[f"/voila/static/{str(root).lstrip('/')}/{name}"] = None
    for climb in CLIMBS:
        for prefix in PREFIXES:
            found[f"{prefix}{climb}/{private[0]}"] = None
    return list(found)
