"""Answer `lnb24so help NAME`: each thing of that name, under its heading where there are more."""

from __future__ import annotations

from textwrap import indent

import click

from .names import Answer, answers, near, topic_list


def show_help(name: str | None, cli: click.Group, context: click.Context) -> int:
    """Print what a name means, or what there is to ask about; return 2 for an unknown name."""
    if name is None:
        click.echo(topic_list())
        return 0
    every = [*answers(), *_commands(cli, context)]
    asked = name.strip().casefold()
    meant = [one for one in every if asked in map(str.casefold, one.names)]
    if not meant:
        some = near(asked, [word for one in every for word in one.names])
        hint = f"Near: {', '.join(some)}." if some else "What there is: lnb24so help"
        click.echo(f"lnb24so: help knows no {name!r}. {hint}", err=True)
        return 2
    if len(meant) == 1 and meant[0].is_page:
        click.echo(meant[0].text)
    else:
        click.echo("\n\n".join(f"{one.heading}:\n{indent(one.text, '  ')}" for one in meant))
    return 0


def _commands(cli: click.Group, context: click.Context) -> list[Answer]:
    """Return what each command says to --help."""
    asked = ((name, _context_of(name, command, context)) for name, command in cli.commands.items())
    return [
        Answer((name,), f"{name}, a command", inner.get_help(), is_page=True)
        for name, inner in asked
    ]


def _context_of(name: str, command: click.Command, context: click.Context) -> click.Context:
    return click.Context(command, info_name=name, parent=context.find_root())
