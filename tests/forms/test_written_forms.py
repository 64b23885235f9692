"""Every form that is shipped: it compiles, ODK can use it, and it survives a workbook."""

import tomllib
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from engine.forms import compile_form, json_schema
from engine.forms.xlsx import canonical, export_xlsx, import_xlsx
from tests.forms.samples import Fact

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[2]
FORMS = sorted(ROOT.glob("forms/*/*.csv"))
FACTS = {
    folder.name: {
        name: Fact(declared["type"], tuple(declared.get("values", ())))
        for name, declared in tomllib.loads((folder / "facts.toml").read_text()).items()
    }
    for folder in ROOT.glob("workflows/*")
    if (folder / "facts.toml").is_file()
}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_it_compiles_converts_and_comes_back(path: Path) -> None:
    content = path.read_bytes()
    definition = compile_form(path.stem, content, FACTS[path.parent.name])
    assert json_schema(definition, "ky")["properties"].keys() == {each.name for each in definition.stored}
    assert import_xlsx(export_xlsx(content)) == canonical(content)
    converted = convert(xlsform=content.decode(), file_type=".csv", validate=False)
    assert all(f"/{question.name}" in converted.xform for question in definition.questions)
