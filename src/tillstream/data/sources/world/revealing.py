"""What a finished run has to tell the truth about."""

from pathlib import Path

from tillstream.core.contracts import from_micros
from tillstream.data.sources.world.bots import BOTS, bot_visitor
from tillstream.data.sources.world.categories import CATEGORY_NAMES
from tillstream.data.sources.world.identity import customer_id
from tillstream.data.sources.world.loyalty import CAUSES, STAYS
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.simulation import World
from tillstream.data.sources.world.truth import BotTruth, CustomerTruth, ProductTruth, Truth, write_truth


def reveal(world: World) -> Truth:
    """The truth of a world that has run; frauds later than its end are left out."""
    until = from_micros(world.settings.until_us)
    customers = [_customer(world, number) for number in range(world.population.size)]
    products = [_product(world, number) for number in range(world.catalogue.size)]
    frauds = [fraud for fraud in world.ledger.truth.frauds if fraud.at <= until]
    bots = [BotTruth(visitor_id=bot_visitor(number), name=bot.name) for number, bot in enumerate(BOTS)]
    return Truth(customers, products, frauds, bots)


def write_truth_of(world: World, folder: Path) -> None:
    """Writes the truth of a world that has run into a folder of its own."""
    write_truth(reveal(world), folder)


def _customer(world: World, number: int) -> CustomerTruth:
    people, left = world.population, int(world.loyalty.left_day[number])
    cause = int(world.loyalty.cause[number])
    return CustomerTruth(
        customer_id=customer_id(number),
        persona=PERSONAS[people.persona[number]].name,
        taste=dict(zip(CATEGORY_NAMES, people.taste[number].round(4).tolist(), strict=True)),
        style=people.style[number].round(4).tolist(),
        price_bite=round(float(people.price[number]), 4),
        visits_a_day=round(float(people.visits[number]), 4),
        left_at=None if left == STAYS else from_micros(world.settings.day_us(left)),
        cause=None if left == STAYS else CAUSES[cause],
    )


def _product(world: World, number: int) -> ProductTruth:
    shop = world.catalogue
    return ProductTruth(
        product_id=shop.product_ids[number],
        elasticity=round(float(shop.elasticity[number]), 4) if world.settings.signal else 0.0,
        quality=round(float(shop.quality[number]), 4),
        style=shop.style[number].round(4).tolist(),
        related=[shop.product_ids[other] for other in shop.related[number]],
    )
