import os
import platform

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return f"Hello from Python {platform.python_version()}, instance {os.environ.get('CF_INSTANCE_INDEX', '-')}\n"
