"""A teacher and a student, each with a browser of their own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browsing import enter, patient_context, settled, train
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path / "home")
    yield found
    found.stop()


def test_a_student_joins_predicts_gets_a_task_and_the_teacher_sees_it(server: Server, browser: Browser) -> None:
    teacher, student = patient_context(browser).new_page(), patient_context(browser, 390).new_page()
    teacher.goto(server.url + "/classroom")
    teacher.get_by_role("textbox", name="Name of the class").fill("Class 5b")
    teacher.get_by_role("button", name="Make a class").click()
    code = teacher.locator(".st-key-class-projector").get_by_role("heading").inner_text().strip()
    assert re.fullmatch("[A-Z0-9]{6}", code)

    student.goto(f"{server.url}/classroom?class={code}")
    student.get_by_role("textbox", name="Your name or a nickname").fill("<b>Ana</b> 🚀")
    student.get_by_role("button", name="Join", exact=True).click()
    expect(student.get_by_text("You are <b>Ana</b> 🚀 in Class 5b")).to_be_visible()
    expect(teacher.get_by_test_id("stMetric").filter(has_text="Students")).to_contain_text("1")  # by itself

    student.goto(f"{server.url}/dense?preset=font-best&epochs=300")
    settled(student)
    enter(student.locator(".st-key-dense-predict").get_by_role("textbox"), "20")
    settled(student)
    train(student)
    expect(student.get_by_text(re.compile("Your prediction: 20")).first).to_be_visible()
    expect(teacher.get_by_test_id("stMetric").filter(has_text="Here now")).to_contain_text("1")

    teacher.get_by_role("button", name="Send").click()
    expect(teacher.get_by_text("Your students have a button now").first).to_be_visible()
    offer = student.get_by_role("button", name="Open the task")
    expect(offer).to_be_visible()  # without a reload, and nobody is taken away from a page
    expect(student).to_have_url(re.compile("epochs=300"))
    offer.click()
    expect(student).to_have_url(re.compile(r"/dense\?.*font-20-10"))
    expect(offer).to_have_count(0)

    teacher.get_by_text("Freeze the controls of all students").click()
    expect(student.get_by_text("Your teacher has fixed every choice for now.")).to_be_visible()
    settled(student)
    student.get_by_text("Choices", exact=True).first.click()
    expect(student.get_by_role("spinbutton", name="Seed")).to_be_disabled()

    thief = patient_context(browser).new_page()
    thief.goto(f"{server.url}/classroom?class={code}&key=0123456789abcdef")
    expect(thief.get_by_text("This is not the teacher's link of the class").first).to_be_visible()
    link = teacher.get_by_text(re.compile("key=")).first.inner_text()
    colleague = patient_context(browser).new_page()
    colleague.goto(link)
    expect(colleague.get_by_role("heading", name=code)).to_be_visible()
    expect(colleague).not_to_have_url(re.compile("key="))  # others see the screen
