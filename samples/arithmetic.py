"""Questions whose answer is computed from the numbers in them: close to what was seen, never the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Dialogue:
    """The material of one conversation: a question, its answer, and follow-up questions with theirs."""

    question: str
    answer: str
    follow: tuple[tuple[str, str], ...]


def split_income(rng: random.Random) -> Dialogue:
    """Divide an income by the 50/30/20 rule."""
    income = rng.randrange(1500, 5200, 100)
    needs, wants, savings = income * 5 // 10, income * 3 // 10, income * 2 // 10
    question = rng.choice(
        (
            f"I earn {income} a month. How do I divide it by the 50/30/20 rule?",
            f"How would a 50/30/20 budget look for an income of {income} a month?",
            f"Please apply the 50/30/20 budget rule to a monthly income of {income}.",
        )
    )
    answer = (
        f"By the 50/30/20 rule, {needs} go to needs such as rent and food, {wants} to wants such as "
        f"hobbies, and {savings} to savings and debt."
    )
    yearly = (
        "How much would I save in a year?",
        f"Twelve times {savings} makes {12 * savings} saved in a year.",
    )
    return Dialogue(question, answer, (yearly,))


def paint_a_room(rng: random.Random) -> Dialogue:
    """Estimate litres of paint for the walls of a room: 10 square metres a litre, two coats."""
    length, width = rng.randint(3, 8), rng.randint(2, 6)
    area = 2 * (length + width) * 5 // 2
    litres = area * 2 / 10
    question = rng.choice(
        (
            f"How much paint do I need for a room of {length} by {width} metres with walls of 2.5 metres?",
            f"My room measures {length} by {width} metres and is 2.5 metres high. How much paint is that?",
            f"Estimate the wall paint for {length} by {width} metres of floor and 2.5 metres of height.",
        )
    )
    answer = (
        f"The walls measure {area} square metres. A litre of paint covers about ten square metres, so two "
        f"coats take {litres:g} litres. Subtract a little for doors and windows."
    )
    ceiling = (
        "And for the ceiling?",
        f"The ceiling has {length * width} square metres, so two coats take {length * width / 5:g} litres.",
    )
    return Dialogue(question, answer, (ceiling,))


def scale_a_recipe(rng: random.Random) -> Dialogue:
    """Scale a pancake recipe for four people to another number of guests."""
    guests = rng.choice([n for n in range(2, 31) if n != 4])
    question = rng.choice(
        (
            f"My pancake recipe for four takes 200 g of flour, 400 ml of milk and 2 eggs. "
            f"What do I need for {guests} people?",
            f"How do I scale pancakes from four to {guests} people? "
            f"The recipe says 200 g of flour, 400 ml of milk and 2 eggs.",
        )
    )
    answer = (
        f"Multiply everything by {guests / 4:g}: {50 * guests} g of flour, {100 * guests} ml of milk and "
        f"{guests / 2:g} eggs. Round the eggs up and let the batter rest for twenty minutes."
    )
    salt = ("How much salt is that?", "Begin with a pinch for every four people and taste the first pancake.")
    return Dialogue(question, answer, (salt,))


def train_journey(rng: random.Random) -> Dialogue:
    """Compute how long a train takes for a distance at a constant speed."""
    speed, quarters = rng.choice((80, 100, 120, 160, 200)), rng.randint(8, 40)
    distance, hours, minutes = speed * quarters // 4, quarters // 4, quarters % 4 * 15
    question = rng.choice(
        (
            f"How long does a train take for {distance} km at {speed} km/h?",
            f"A train runs at {speed} km/h. When does it arrive after {distance} km?",
            f"Please work out the journey time for {distance} km by train at {speed} km/h.",
        )
    )
    answer = (
        f"Divide the distance by the speed: {distance} / {speed} = {quarters / 4:g} hours, that is "
        f"{hours} hours and {minutes} minutes without stops."
    )
    stops = (
        "What if it stops for ten minutes on the way?",
        f"Add the stop: {quarters * 15 + 10} minutes altogether.",
    )
    return Dialogue(question, answer, (stops,))


def oven_temperature(rng: random.Random) -> Dialogue:
    """Convert an oven temperature from Fahrenheit to Celsius."""
    fahrenheit = rng.randrange(225, 500, 5)
    celsius = round((fahrenheit - 32) * 5 / 9)
    question = rng.choice(
        (
            f"My American recipe says {fahrenheit} °F. What is that in Celsius?",
            f"Convert an oven temperature of {fahrenheit} °F to °C, please.",
            f"At how many degrees Celsius do I bake when the book says {fahrenheit} °F?",
        )
    )
    answer = (
        f"Subtract 32 and multiply by 5/9: {fahrenheit} °F is about {celsius} °C. "
        f"With a fan oven set about 20 degrees less."
    )
    fan = ("So what do I set on my fan oven?", f"Set the fan oven to about {celsius - 20} °C.")
    return Dialogue(question, answer, (fan,))


EXERCISES: tuple[Callable[[random.Random], Dialogue], ...] = (
    split_income,
    paint_a_room,
    scale_a_recipe,
    train_journey,
    oven_temperature,
)
