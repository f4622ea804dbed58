# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatch_dashboard_preview: what a browser without a network shows of each type and view of a widget."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kitchen_sink
import plotly.graph_objects
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview import page
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.markdown import to_html
from browser import Browser, opened
from plotly.offline import get_plotlyjs

WIDGETS = kitchen_sink.widgets()
FIGURES = [(index, drawn.figure) for index, drawn in enumerate(kitchen_sink.drawn()) if drawn.figure]


def index_of(title: str) -> int:
    return next(
        index for index, widget in enumerate(WIDGETS) if widget["properties"].get("title", "").startswith(title)
    )


@pytest.fixture(scope="module", params=["light", "dark"])
def browser(
    chromium: Any, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    file = tmp_path_factory.mktemp("preview") / "all.html"
    file.write_text(kitchen_sink.page(get_plotlyjs()))
    with opened(chromium, file, request.param) as seen:
        yield seen


def text(browser: Browser, title: str) -> str:
    return browser.widget(index_of(title)).inner_text()


def test_the_page_loads_nothing_and_complains_of_nothing(browser: Browser) -> None:
    assert browser.requests == [browser.page.url]
    assert browser.complaints == []


def test_each_widget_is_at_its_place(browser: Browser) -> None:
    places = [browser.place(widget) for widget in browser.widgets()]
    assert places == [tuple(widget[key] for key in ("x", "y", "width", "height")) for widget in WIDGETS]


def test_nothing_sticks_out_of_the_window(browser: Browser) -> None:
    assert not browser.overflows()


def test_hostile_text_is_shown_and_does_nothing(browser: Browser) -> None:
    assert browser.page.title() == f"all {kitchen_sink.HOSTILE}"
    assert browser.page.locator("img").count() == 0
    assert browser.page.locator("script").count() == 3
    for title in ("Alarms", "Lines", "log table"):
        assert kitchen_sink.HOSTILE.replace(" ", "") in text(browser, title).replace(" ", "").replace("\n", "")
    assert kitchen_sink.HOSTILE in browser.widget(0).inner_text().replace("\n", "")


def test_a_script_that_got_into_the_page_would_not_run(chromium: Any, tmp_path: Path) -> None:
    file = tmp_path / "injected.html"
    injected = "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\"><iframe src=y>"
    file.write_text(kitchen_sink.page(get_plotlyjs()).replace("</main>", f"{injected}</main>"))
    with opened(chromium, file) as browser:
        assert browser.page.title() != "hacked"
        assert len([line for line in browser.complaints if "Content Security Policy" in line]) == 4


@pytest.mark.parametrize(
    ("title", "selector", "count"),
    [
        ("Lines", ".scatterlayer .trace", 3),
        ("Lines", ".shapelayer path", 10),
        ("Stacked", ".scatterlayer .fills path", 3),
        ("Numbers", ".number .sparkline", 2),
        ("Gauge", ".gauge .filled", 1),
        ("Bars", ".barlayer .point", 3),
        ("Pie", ".pielayer .slice", 3),
        ("Table", "tbody tr", 2),
        ("log table", "tbody tr", 2),
        ("log timeSeries", ".scatterlayer .trace", 1),
        ("log bar", ".barlayer .point", 3),
        ("log pie", ".pielayer .slice", 3),
        ("Failing", ".scatterlayer .trace .js-line", 1),
    ],
)
def test_each_view_is_drawn(browser: Browser, title: str, selector: str, count: int) -> None:
    assert browser.widget(index_of(title)).locator(selector).count() == count


def test_every_chart_has_room(browser: Browser) -> None:
    for plot in browser.page.locator(".main-svg:first-child").all():
        box = plot.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 100


def test_lines_have_axes_labels_and_annotations(browser: Browser) -> None:
    shown = text(browser, "Lines")
    widget = browser.widget(index_of("Lines"))
    drawn = " ".join(widget.locator("svg text").all_text_contents())
    for label in ("errors <b>", "ms", "UTC+02:00", "<i>Ceiling", "High", "Low", "Deployed", "Outage", "End", "08:00"):
        assert label in drawn
    assert [line for line in ("pay Errors", "Latency") if line not in shown] == []
    line = widget.locator(".scatterlayer .trace .js-line")
    colours = [line.nth(number).evaluate("e => getComputedStyle(e).stroke") for number in range(3)]
    assert sorted(colours) == ["rgb(227, 119, 194)", "rgb(255, 127, 14)", "rgb(31, 119, 180)"]


def test_numbers_are_those_of_the_latest_period_and_hidden_metrics_are_hidden(browser: Browser) -> None:
    expected = {series.label: series.points[-1].value for series in kitchen_sink.content("Numbers").series}
    assert browser.numbers(index_of("Numbers")) == {label: str(value) for label, value in expected.items()}
    assert list(expected) == ["take Errors", "Latency"]


def test_a_table_has_the_summaries_that_are_asked_for(browser: Browser) -> None:
    rows = text(browser, "Table").splitlines()
    assert rows[1].split() == ["2026-11-23"]
    assert rows[2].split("\t") == ["Label", "MAX", "AVG", "08:00", "07:00", "06:00"]
    assert rows[3].split("\t") == ["take", "45.8", "42.93", "45.8", "43", "40"]


def test_alarms_are_shown_with_their_state_in_the_order_asked_for(browser: Browser) -> None:
    tiles = browser.widget(index_of("Alarms")).locator(".tile").all_inner_texts()
    assert [tile.split("\n") for tile in tiles] == [
        ["ALARM", "take-errors"],
        ["ALARM", "unhealthy"],
        ["INSUFFICIENT DATA", "send-errors"],
        ["OK", "pay-errors"],
    ]
    assert f"no alarm {kitchen_sink.arn('gone')}" in text(browser, "Alarms")


def test_an_alarm_is_graphed_with_its_name_and_threshold(browser: Browser) -> None:
    index = next(
        index for index, widget in enumerate(WIDGETS) if "alarms" in widget["properties"].get("annotations", {})
    )
    widget = browser.widget(index)
    assert widget.locator("h2").inner_text() == "take-errors"
    assert "Errors > 5 for 2 datapoints within 10 minutes" in widget.locator("svg text").all_text_contents()


def test_what_cannot_be_computed_says_so_and_the_rest_is_drawn(browser: Browser) -> None:
    assert "failing: the endpoint could not compute it: Expressions not implemented (InternalError)" in text(
        browser, "Failing"
    )
    assert "GetMetricData: Invalid expression REFUSE" in text(browser, "Refused")
    assert browser.widget(index_of("Refused")).locator(".scatterlayer .trace").count() == 1
    for title in ("Explorer", "Custom"):
        assert "Not drawn in a preview" in text(browser, title)


def test_markdown_is_drawn(browser: Browser) -> None:
    markdown = browser.widget(0).locator(".markdown")
    assert markdown.locator("h1").inner_text() == "Runbook"
    assert markdown.locator("td").all_inner_texts() == ["restart", "ops"]
    links = [(link.inner_text(), link.get_attribute("class")) for link in markdown.locator("a").all()]
    assert links == [("wiki", None), ("Restart", "button primary"), ("Stop", "button normal")]


def test_variables_are_listed_with_their_values(browser: Browser) -> None:
    header = browser.page.locator("header").inner_text()
    assert f"Function {kitchen_sink.HOSTILE}" in header


def test_colours_follow_the_scheme(browser: Browser) -> None:
    dark = bool(browser.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))
    assert browser.page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == (
        "rgb(15, 27, 42)" if dark else "rgb(242, 243, 243)"
    )
    tick = browser.page.locator(".xtick text").first
    assert tick.evaluate("e => getComputedStyle(e).fill") == ("rgb(159, 171, 184)" if dark else "rgb(84, 91, 100)")


@pytest.mark.parametrize(("index", "figure"), FIGURES)
def test_figures_are_valid(index: int, figure: dict[str, Any]) -> None:
    assert json.loads(plotly.graph_objects.Figure(figure, skip_invalid=False).to_json())["data"], index


def test_a_page_without_charts_has_no_scripts() -> None:
    empty = page.draw_page(page.Page("none", {}, [], []), "a library")
    assert "a library" not in empty
    assert "script-src 'none'" in empty


def test_embedded_json_cannot_end_its_element() -> None:
    hostile = {"a": "</script><!-- &"}
    embedded = page.embedded_json(hostile)
    assert set("<>&") & set(embedded) == set()
    assert json.loads(embedded) == hostile


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n", id="HTML is text"),
        pytest.param("[a](javascript:x)", "<p>[a](javascript:x)</p>\n", id="no scripts in links"),
        pytest.param("[a](vbscript:x)", "<p>[a](vbscript:x)</p>\n", id="nor of another kind"),
        pytest.param("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n", id="nor pages"),
        pytest.param("![a<b](https://e.org/a.png)", '<p><span class="image">a&lt;b</span></p>\n', id="no images"),
        pytest.param(
            '[a](https://e.org/"x)', '<p><a rel="noreferrer" href="https://e.org/%22x">a</a></p>\n', id="quotes"
        ),
        pytest.param("`<i>`", "<p><code>&lt;i&gt;</code></p>\n", id="code"),
        pytest.param("~~a~~", "<p><s>a</s></p>\n", id="strikethrough"),
    ],
)
def test_markdown_can_do_no_harm(markdown: str, html: str) -> None:
    assert to_html(markdown) == html
