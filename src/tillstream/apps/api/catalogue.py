"""GET /v1/products, /v1/products/{id}, /v1/search: from the snapshot, so they need no lake and no store."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import Response

from tillstream.apps.api import examples
from tillstream.apps.api.bodies import CategoryCount, ProductList, SearchAnswer
from tillstream.apps.api.documentation import answers
from tillstream.apps.api.service import Service
from tillstream.decisions.errors import NoSnapshot, UnknownProduct
from tillstream.decisions.search.find import products_in, products_matching
from tillstream.decisions.snapshot.catalogue import Product
from tillstream.decisions.snapshot.shelf import Shelf

JSON = "application/json"
Limit = Annotated[int, Query(ge=1, le=200)]


def router(service: Service) -> APIRouter:
    """The routes over this service."""
    routes = APIRouter(tags=["catalogue"])

    def shelf() -> Shelf:
        if (found := service.snapshots.shelf) is None:
            raise NoSnapshot("this home")
        return found

    @routes.get(
        "/v1/products",
        operation_id="list_products",
        summary="Products, most popular first",
        **answers(ProductList, None, errors=(422, 503)),
    )
    async def list_products(
        category: str | None = None, limit: Limit = 24, offset: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        catalogue = shelf().catalogue
        page = products_in(catalogue, category, limit, offset)
        counts = [CategoryCount(name=name, count=count) for name, count in catalogue.category_counts]
        return _json(ProductList(items=page.items, total=page.total, categories=counts))

    @routes.get(
        "/v1/products/{product_id}",
        operation_id="show_product",
        summary="One product",
        **answers(Product, examples.PRODUCT, errors=(404, 503)),
    )
    async def show_product(product_id: str) -> Response:
        found = shelf().catalogue.named(product_id)
        if found is None:
            raise UnknownProduct(product_id)
        return _json(found[1])

    @routes.get(
        "/v1/search",
        operation_id="search_products",
        summary="Products that match words, most relevant first",
        **answers(SearchAnswer, None, errors=(422, 503)),
    )
    async def search_products(q: Annotated[str, Query(max_length=200)], limit: Limit = 24) -> Response:
        here = shelf()
        page = products_matching(here.catalogue, here.index, q, limit)
        return _json(SearchAnswer(query=q, items=page.items, total=page.total))

    return routes


def _json(body: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(body), media_type=JSON)
