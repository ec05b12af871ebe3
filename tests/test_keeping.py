"""What was on the air and breaks stays as it last was; everything else follows the file."""

from datetime import timedelta

import pytest

import support
from feedpress.editors import clippings_file
from feedpress.editors.keeping import Keeper, Loaded
from feedpress.editors.problems import Unreadable
from feedpress.model import Place

_NAME = "clippings.yaml"
_HEAD = """\
publication: {title: In the media, url: https://feeds.example.org/, tag: "example.org,2016"}
projects:
  portal: {title: Portal}
  second: {title: Second}
"""
_PORTAL = """\
- id: portal
  title: The portal opens
  url: https://a.example/portal
  added: 2020-01-01
  projects: [Portal]
"""
_OTHER = """\
- id: other
  title: Another
  url: https://a.example/other
  added: 2020-01-02
"""
_UNPINNED = """\
- title: Nobody's
  url: https://a.example/nobody
  added: 2020-01-03
"""


def _files(*items: str) -> tuple[tuple[str, bytes], ...]:
    return ((_NAME, f"{_HEAD}clippings:\n{''.join(items)}".encode()),)


def _load(keeper: Keeper, *items: str) -> Loaded:
    return keeper.load(_files(*items), support.NOW)


def _titles(loaded: Loaded) -> list[str]:
    return [each.title for each in loaded.publication.clippings]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(_PORTAL.replace("2020-01-01", "1 Jan 2020"), id="a date of another form"),
        pytest.param(_PORTAL.replace("added:", "addded:"), id="a misspelt key"),
        pytest.param(_PORTAL.replace("title: The portal opens", "title: []"), id="no title"),
        pytest.param(_PORTAL.replace("id: portal", "id: The Portal!"), id="an id that can't be"),
        pytest.param(_PORTAL.replace("id: portal", "idd: portal"), id="its id misspelt, too"),
        pytest.param(_PORTAL.replace("id: portal", "id: portal\n  id: x"), id="two ids"),
        pytest.param(
            "- id: [a]\n  title: The portal opens\n  added: 2020-01-01\n", id="only the title left"
        ),
        pytest.param(
            "- id: [a]\n  title: []\n  url: https://a.example/%70ortal\n".replace("%70", "p"),
            id="only the address left",
        ),
        pytest.param(_PORTAL.replace("  added: 2020-01-01\n", ""), id="no date"),
        pytest.param(
            _PORTAL.replace("id: portal\n  ", "").replace("a.example", "a. example"),
            id="no id and an address that can't be",
        ),
    ],
)
def test_broken_clipping_stays_as_it_was(broken: str) -> None:
    """Whatever breaks in a clipping that was on the air, it stays, and the problem is told."""
    keeper = Keeper()
    (good, *_) = _load(keeper, _PORTAL, _OTHER).publication.clippings
    loaded = _load(keeper, broken, _OTHER)
    assert loaded.problems
    assert loaded.kept == (good,)
    assert _titles(loaded) == ["Another", "The portal opens"]
    assert not loaded.publication.is_whole
    assert loaded.kept[0].place == Place(_NAME, _HEAD.count("\n") + 2, 3)


def test_mended_clipping_is_what_it_says() -> None:
    """When it can be read again, it is what the file says, and nothing is kept."""
    keeper = Keeper()
    _load(keeper, _PORTAL)
    _load(keeper, _PORTAL.replace("added:", "addded:"))
    loaded = _load(keeper, _PORTAL.replace("opens", "reopens"))
    assert (_titles(loaded), loaded.kept) == (["The portal reopens"], ())
    assert loaded.publication.is_whole


def test_clipping_that_lost_its_hyphen() -> None:
    """Two that have run together are kept both."""
    keeper = Keeper()
    _load(keeper, _PORTAL, _OTHER)
    loaded = _load(keeper, _PORTAL, _OTHER.replace("- id", "  id"))
    assert sorted(_titles(loaded)) == ["Another", "The portal opens"]
    assert len(loaded.kept) == 2


def test_clipping_without_an_id() -> None:
    """What has no id is known again by its address or its title."""
    keeper = Keeper()
    _load(keeper, _UNPINNED)
    broken = _UNPINNED.replace("2020-01-03", "soon")
    assert _titles(_load(keeper, broken)) == ["Nobody's"]
    assert _titles(_load(keeper, broken.replace("a.example/nobody", "b.example"))) == ["Nobody's"]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([_OTHER], id="taken out"),
        pytest.param([_OTHER, "- title: New\n  added: soon\n"], id="and another is broken"),
        pytest.param([_OTHER, "- nothing\n"], id="and a stray text"),
        pytest.param([_OTHER, _PORTAL.replace("2020", "soon") + "  draft: true\n"], id="a draft"),
    ],
)
def test_what_is_taken_away_is_not_kept(items: list[str]) -> None:
    """Only what is broken is kept, and not what somebody took out of the file or off the air."""
    keeper = Keeper()
    _load(keeper, _PORTAL, _OTHER)
    assert _titles(_load(keeper, *items)) == ["Another"]


@pytest.mark.parametrize(
    "not_on_air",
    [_PORTAL.replace("2020", "2030"), _PORTAL + "  draft: true\n"],
    ids=["held back", "draft"],
)
def test_what_was_not_on_the_air_is_not_kept(not_on_air: str) -> None:
    """What nobody has seen stays off the air: its new date, that can't be read, may be later."""
    keeper = Keeper()
    _load(keeper, not_on_air)
    assert _titles(_load(keeper, _PORTAL.replace("2020-01-01", "later"))) == []


def test_copy_of_a_good_one_is_not_kept() -> None:
    """A broken copy of a clipping that is there takes nobody's place."""
    keeper = Keeper()
    _load(keeper, _PORTAL)
    assert _load(keeper, _PORTAL, _PORTAL).kept == ()
    assert _load(keeper, _PORTAL, _PORTAL.replace("2020", "soon")).kept == ()


@pytest.mark.parametrize(
    ("withdrawn", "is_taken"), [("2021-01-01", True), ("soon", False), ("[2021]", False)]
)
def test_withdrawal_holds_in_a_broken_clipping(withdrawn: str, is_taken: bool) -> None:
    """Who takes a clipping back and makes a mistake elsewhere in it is heard."""
    keeper = Keeper()
    _load(keeper, _PORTAL)
    broken = _PORTAL.replace("added: 2020-01-01", f"added: soon\n  withdrawn: {withdrawn}")
    (kept,) = _load(keeper, broken).kept
    assert (kept.withdrawn is not None) is is_taken


def test_projects_are_those_of_now() -> None:
    """A clipping that is kept stays in its projects, under the names that they have now."""
    keeper = Keeper()
    _load(keeper, _PORTAL.replace("[Portal]", "[Portal, Second]"))
    broken = _PORTAL.replace("2020-01-01", "soon")
    head = _HEAD.replace("title: Portal", "title: Gate").replace("second", "third")
    ((kept,)) = keeper.load(((_NAME, f"{head}clippings:\n{broken}".encode()),), support.NOW).kept
    assert [(each.slug, each.title) for each in kept.projects] == [("portal", "Gate")]


def test_nothing_is_known_at_first() -> None:
    """Who has never read a good state has nothing to keep."""
    loaded = _load(Keeper(), _PORTAL.replace("2020", "soon"))
    assert (loaded.kept, _titles(loaded)) == ((), [])


def test_unreadable_file_changes_nothing() -> None:
    """What was known before a file that can't be read at all is known still."""
    keeper = Keeper()
    _load(keeper, _PORTAL)
    states = keeper.states
    with pytest.raises(Unreadable):
        keeper.load(((_NAME, b"clippings: ["),), support.NOW)
    assert keeper.states == states
    assert _titles(_load(keeper, _PORTAL.replace("2020", "soon"))) == ["The portal opens"]


def test_states_lead_to_the_same_again() -> None:
    """Another process that loads the states in their order has what this one has."""
    keeper = Keeper()
    states = [
        _files(_PORTAL, _OTHER, _UNPINNED),
        _files(_PORTAL.replace("2020", "soon"), _OTHER, _UNPINNED),
        _files(_PORTAL.replace("2020", "soon"), _OTHER.replace("Another", "Changed"), _UNPINNED),
        _files(_PORTAL.replace("2020", "s"), _OTHER.replace("2020", "soon"), _UNPINNED),
        _files(_PORTAL.replace("2020", "t"), _OTHER.replace("2020", "soon"), ""),
    ]
    for state in states:
        loaded = keeper.load(state, support.NOW)
    assert keeper.states == (states[0], states[2], states[4])
    again = Keeper()
    for state in keeper.states:
        then = again.load(state, support.NOW + timedelta(days=1))
    assert then.publication == loaded.publication
    assert sorted(_titles(then)) == ["Changed", "The portal opens"]


def test_good_files_are_loaded_as_they_are() -> None:
    """Where nothing is broken, it gives what reading by itself gives, and needs one state."""
    keeper = Keeper()
    for items in ([_PORTAL], [_PORTAL, _OTHER], [_UNPINNED]):
        loaded = _load(keeper, *items)
        assert (loaded.publication, loaded.problems) == clippings_file.load(_files(*items))
        assert keeper.states == (_files(*items),)
