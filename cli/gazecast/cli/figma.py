"""`gazecast figma`: attention map of a frame, by its address in Figma."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazecast.cli.model_option import ModelOption, load_predictor
from gazecast.cli.options import Asked, asks


@asks()
def figma(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="Address of a frame: Copy link to selection, in Figma.",
            show_default=False,
        ),
    ],
    token: Annotated[
        str,
        typer.Option(
            envvar="FIGMA_TOKEN",
            help="A personal access token of Figma that may read file content. In the "
            "environment, others on the machine do not see it.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Directory to write to; made if missing.", show_default=False)
    ],
    asked: Asked,
    scale: Annotated[
        float,
        typer.Option(min=0.01, max=4, help="Pixels of the picture for one of the design."),
    ] = 1.0,
    model: ModelOption = None,
) -> None:
    """Fetch a frame from Figma, and write its picture and what `gazecast predict` writes.

    This asks Figma's REST API, which renders slowly and, for seats that may only view, a few times
    a month. The plugin (docs/figma.md) has no such limit, and knows the layers.
    """
    from rich.console import Console

    from gazecast.cli.figma_rest import FigmaClient, parse_url
    from gazecast.cli.predict import predict_into, write_all
    from gazecast.data.names import inside

    console = Console(stderr=True)
    frame = parse_url(url)
    name = f"{frame.file}-{frame.node.replace(':', '-').replace(';', '_')}.png"
    image = inside(out, name)
    (design,) = asked.designs([image])
    # Before Figma is asked, which counts.
    predictor = load_predictor(model, asked.domain)
    client = FigmaClient(token, note=lambda text: console.print(text, markup=False))
    content = client.picture(frame, scale)
    out.mkdir(parents=True, exist_ok=True)
    write_all({image: content})
    predict_into(out, [design], predictor)
