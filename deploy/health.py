"""Exit code 0 where the server answers that all is well, else 1: the health check of a container.

python deploy/health.py [PORT]; the path below which a proxy serves the app is STREAMLIT_SERVER_BASE_URL_PATH.
"""

import json
import os
import sys
import urllib.request


def main() -> int:
    port = sys.argv[1] if len(sys.argv) > 1 else "8501"
    base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    url = f"http://127.0.0.1:{port}/{base + '/' if base else ''}health"
    try:
        with urllib.request.urlopen(url, timeout=8) as answer:
            return 0 if json.load(answer)["status"] == "ok" else 1
    except (OSError, ValueError, KeyError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
