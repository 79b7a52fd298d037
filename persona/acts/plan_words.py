"""A plan in words: its line in a list, its steps, and the whole of it before it begins."""

from math import inf

from persona.plan import Plan, Step
from persona.schedule import near


def line(plan: Plan, now: float) -> str:
    """`3. feed the cat · tomorrow 17:45`."""
    rhythm = plan.schedule.rhythm
    due = [near(plan.at, now, plan.schedule.zone)] if plan.at < inf else []
    parts = [plan.what, *([rhythm] if rhythm else []), *due]
    parts += [f"by {plan.by}"] if plan.by else []
    parts += [plan.state] if plan.state != "waiting" else []
    return f"{plan.number}. {' · '.join(parts)}"


def step_line(step: Step) -> str:
    """What one step is, in words."""
    named = "; ".join(f"{name}: {value}" for name, value in step.arguments.items())
    what = f"{step.capability.replace('_', ' ')} ({named})" if step.capability else step.text
    return f"{step.kind}: {what}" if what else step.kind


def shown(plan: Plan, now: float) -> str:
    """The whole plan: its goal, when, and each step with every argument."""
    steps = [f"  {number}. {step_line(step)}" for number, step in enumerate(plan.steps, 1)]
    return "\n".join([line(plan, now), *steps])
