"""What dbt's log tells of its steps, and where dbt may write."""

import msgspec

from justbookit.settings import Settings
from warehouse.build import PROJECT, dbt_environment, steps


def test_finished_steps_and_errors_are_told_and_the_rest_is_not() -> None:
    done = {"index": 2, "total": 9, "status": "SELECT 5", "execution_time": 0.5}
    node = {"node_name": "bookings", "resource_type": "model", "node_status": "success"}
    failed = {"index": 3, "num_models": 9, "status": "fail", "execution_time": 0.1}
    lines = [
        {"info": {"name": "MainReportVersion", "level": "info", "msg": "Running"}, "data": {}},
        {"info": {"name": "LogModelResult", "msg": "OK"}, "data": {**done, "node_info": node}},
        {"info": {"name": "LogTestResult", "msg": "FAIL 3"}, "data": failed},
        {"info": {"name": "RunResultError", "level": "error", "msg": "Got 3"}, "data": {}},
    ]

    told = list(steps([*(msgspec.json.encode(line).decode() for line in lines), "Segfault"]))

    assert [(step.name, step.failed, step.message) for step in told] == [
        ("bookings", False, "OK"),
        ("", True, "FAIL 3"),
        ("RunResultError", True, "Got 3"),
        ("Output", True, "Segfault"),
    ]
    assert (told[1].number, told[1].total) == (3, 9)


def test_dbt_is_told_where_postgres_is_and_that_it_speaks_to_nobody_else() -> None:
    settings = Settings(postgres="postgresql://books:s3cret@db.example:6000/shop")

    environment = dbt_environment(settings)

    assert environment["DBT_POSTGRES_HOST"] == "db.example"
    assert environment["DBT_POSTGRES_PORT"] == "6000"
    assert environment["DBT_ENV_SECRET_POSTGRES_PASSWORD"] == "s3cret"
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"


def test_dbt_writes_beneath_home_only_and_takes_warnings_for_errors() -> None:
    environment = dbt_environment(Settings(home="/data"))

    assert environment["DBT_PROJECT_DIR"] == environment["DBT_PROFILES_DIR"] == str(PROJECT)
    assert environment["DBT_TARGET_PATH"] == "/data/dbt/target"
    assert environment["DBT_LOG_PATH"] == "/data/dbt/logs"
    assert environment["DBT_WARN_ERROR"] == "true"
