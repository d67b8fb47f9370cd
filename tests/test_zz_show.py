import sys; sys.path.insert(0,"/work/main/tests")
import pytest
from test_report_templates import *
from test_report_templates import RUNAWAYS, ESCAPES
@pytest.mark.parametrize("text", RUNAWAYS+ESCAPES)
def test_show(filled,text,monkeypatch):
    monkeypatch.setattr(sandbox, "MAX_STEPS", 50_000)
    monkeypatch.setattr(sandbox, "MAX_CHARACTERS", 1_000_000)
    try: rendered(filled,text); print("OK?!", text)
    except FedcheckError as e: print(text[:100],"=>",str(e).split(".j2")[1])
