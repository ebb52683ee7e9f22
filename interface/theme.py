"""How the page looks before interface/static/tresse.css: Gradio's own colours, sizes and fonts, none of them fetched."""

import gradio as gr
from gradio.themes.utils.colors import Color

# A dark spruce green: 7.0:1 on white, and its light tints reach 7:1 on the dark background.
SPRUCE = Color(
    name="spruce",
    c50="#eef6f3",
    c100="#d8ebe4",
    c200="#b3d8ca",
    c300="#86bfac",
    c400="#5aa38c",
    c500="#3a8770",
    c600="#276c59",
    c700="#1c5a4a",
    c800="#17463a",
    c900="#12362d",
    c950="#0a201b",
)


def theme() -> gr.themes.Base:
    """Return the theme: fonts of the reader's system, spruce on paper."""
    look = gr.themes.Base(
        primary_hue=SPRUCE,
        secondary_hue=SPRUCE,
        neutral_hue="stone",
        radius_size="lg",
        text_size="md",
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "Liberation Mono", "monospace"],
    )
    return look.set(
        body_background_fill="#faf8f4",
        body_background_fill_dark="#161513",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        body_text_color="#26221d",
        body_text_color_dark="#ece8e1",
        body_text_color_subdued="#5f5850",
        body_text_color_subdued_dark="#b3aca2",
        input_background_fill="#ffffff",
        input_background_fill_dark="#211f1c",
        input_border_color="#8d857a",
        input_border_color_dark="#7d766c",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_300",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#0a201b",
    )
