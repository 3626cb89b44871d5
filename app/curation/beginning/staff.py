"""The page on which an editor begins a step: its files and its place in a situation become drafts together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.content.library import Fault, Library
from app.curation import actions, store
from app.curation.beginning.labels import MISSING
from app.curation.beginning.model import NewStep, field_of, texts_of
from app.curation.filling.labels import LANGUAGES
from app.curation.filling.patch import PatchError
from app.curation.labels import fault_text, who
from app.curation.limiting.staff import check_here
from app.curation.model import Change, Deed, StateError
from app.curation.staff import Said, supplied
from app.directory.model import Directory
from app.kernel.dates import KYIV, day_and_time
from app.kernel.languages import PUBLIC
from app.pathways.labels import PHASES
from app.pathways.load import SITUATIONS, STEPS
from app.pathways.model import Pathways, Phase
from app.web.access import actor, requires
from app.web.database import database, now, session
from app.web.edition import part
from app.web.language import in_language, language

blueprint = in_language(Blueprint("beginning", __name__))


@blueprint.get("/staff/content/steps/new")
@requires(Permission.EDIT_CONTENT)
def step() -> ResponseReturnValue:
    """Ask what a new step needs at least; once it is begun, list its drafts, which are published together."""
    check_here(f"{STEPS}new/step.yaml", Deed.CREATE)
    begun = request.args.get("begun", "")
    paths = [f"{STEPS}{begun}/{name}.yaml" for name in ("step", *PUBLIC)]
    paths += [f"{SITUATIONS}{request.args.get('situation', '')}.yaml"]
    drafts = [(path, id_) for path in paths if begun and (id_ := store.on_desk(session(), path))]
    return _page(_typed(), Said(), drafts=drafts)


@blueprint.post("/staff/content/steps/new")
@requires(Permission.EDIT_CONTENT)
def begin() -> ResponseReturnValue:
    """Begin the drafts of a step, or say at the fields what is missing; nothing that was typed is lost."""
    check_button()
    new, said = _typed(), Said()
    route = part(Pathways)
    situations = {one.id: one for one in route.situations}
    for name, why in new.missing(route.steps, situations).items():
        said.say(name, str(MISSING[why]))
    if said.faults:
        return _page(new, said), 422
    for path in (f"{new.folder}step.yaml", new.situation_path):
        check_here(path, Deed.CREATE)
    texts = _texts(new, said)
    if not said.faults and request.form.get("do") != "keep":
        for fault in _faults(texts):
            said.say(field_of(fault, new), fault_text(fault))
        if said.faults:
            return _page(new, said, can_keep=True), 422
    if not said.faults:
        _begin(new, texts, said)
    if said.faults:
        return _page(new, said), 422
    return redirect(url_for(".step", begun=new.id, situation=new.situation), 303)


def _typed() -> NewStep:
    form = {name: text.replace("\r\n", "\n").strip() for name, text in request.form.items()}
    return NewStep(
        id=form.get("id", ""),
        titles={code: form.get(f"title-{code}", "") for code in PUBLIC},
        sentences={code: form.get(f"sentence-{code}", "") for code in PUBLIC},
        body=form.get("body", ""),
        sources=tuple(form.get("sources", "").split()),
        situation=form.get("situation", ""),
        phase=next((each for each in Phase if each == form.get("phase")), Phase.THEN),
    )


def _texts(new: NewStep, said: Said) -> dict[str, str]:
    """Return the texts of the drafts; where somebody's draft of the situation is not open, say so."""
    today = now().astimezone(KYIV)
    open_id = store.on_desk(session(), new.situation_path)
    ground = actions.ground(session(), supplied().shipped(), new.situation_path).text
    text = store.get_revision(session(), open_id).text if open_id else ground
    try:
        return texts_of(new, f"{today:%Y-%m}", text)
    except PatchError:
        said.say("situation", gettext("The draft of this situation cannot be read. Mend it as a text first."))
        return {}


def _faults(texts: Mapping[str, str]) -> Sequence[Fault]:
    needs = supplied()
    # Checking takes a second: no writer should wait for it.
    session().commit()
    with database().reading() as reading:
        live = actions.live_library(reading, needs.shipped())
    return [fault for fault in needs.check(Library.of({**live.files, **texts})) if fault.path in texts]


def _begin(new: NewStep, texts: Mapping[str, str], said: Said) -> None:
    note, by = gettext("New step: %(id)s", id=new.id), actor().reference
    try:
        with session().begin_nested():
            for path, text in texts.items():
                open_id = store.on_desk(session(), path) if path == new.situation_path else ""
                if open_id:
                    version = store.get_revision(session(), open_id).version
                    actions.save(
                        session(), open_id, text, version=version, change=Change.MEANING, note=note, actor=by, now=now()
                    )  # fmt: skip
                else:
                    actions.begin_draft(
                        session(), path, text, shipped=supplied().shipped(), change=Change.MEANING, note=note,
                        actor=by, now=now(),
                    )  # fmt: skip
    except store.OpenRevisionError as busy:
        one = store.get_revision(session(), busy.id)
        words = gettext("%(who)s has begun a step of this name.", who=who(one.saved_by))
        said.say("id", f"{words} {day_and_time(one.saved_at)}")
    except (StateError, actions.ConflictError):
        said.say("situation", gettext("The draft of this situation is in review. Have it returned first."))


def _page(new: NewStep, said: Said, *, drafts: Sequence[tuple[str, str]] = (), can_keep: bool = False) -> Response:
    words = part(Pathways).words[language()].situations
    return make_response(
        render_template(
            "curation/beginning/step.html",
            new=new,
            said=said,
            drafts=drafts,
            can_keep=can_keep,
            situations=[("", "–"), *((one.id, words[one.id].title) for one in part(Pathways).situations)],
            bodies=[(body.id, body.name[language()]) for body in part(Directory)],
            phases=list(PHASES.items()),
            codes=[(code, LANGUAGES[code]) for code in PUBLIC],
            form=DeedForm(),
        )
    )
