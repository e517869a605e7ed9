from fastapi import FastAPI
from jsonschema import Draft202012Validator

from tests.unit.web.sample import asking, bearer


async def test_the_contract_names_problems_tokens_and_the_idempotency_key(app: FastAPI) -> None:
    contract = app.openapi()

    add = contract["paths"]["/certification/api/things"]["post"]
    assert add["security"] == [{"token": []}, {"session": []}]
    assert contract["paths"]["/certification/register/{number}"]["get"]["security"] == []
    assert "Idempotency-Key" in {parameter["name"] for parameter in add["parameters"]}
    assert {"200", "201", "4XX", "503"} <= set(add["responses"])
    assert "HTTPValidationError" not in str(contract)


async def test_a_real_problem_fits_its_schema(app: FastAPI) -> None:
    schema = app.openapi()["components"]["schemas"]["Problem"]

    async with asking(app) as asked:
        for path in ("/certification/api/fails/rule", "/certification/api/list?limit=0", "/nowhere"):
            answer = await asked.get(path, headers=bearer(app, "admin"))
            Draft202012Validator(schema).validate(answer.json())
