"""Which models think here, in the order of `HUB_MODEL`; a vendor's library is loaded with its model."""

from persona.language import Embedder, Model
from persona.ports import Secrets
from persona.settings import Settings


def choose(settings: Settings, secrets: Secrets) -> tuple[Model, ...]:
    """One model for each name of `settings.models`; none where the reflexes think alone."""
    return tuple(_model(name, settings, secrets) for name in settings.models)


def _model(named: str, settings: Settings, secrets: Secrets) -> Model:
    kind, _, name = named.partition(":")
    if kind == "bedrock":
        from models.bedrock import BedrockModel

        return BedrockModel(name, settings.aws_region, settings.bedrock_guardrail)
    from models.openai import URL, OpenAIModel

    return OpenAIModel(name, settings.openai_base_url or URL, secrets.get("OPENAI_API_KEY"))


def choose_embedder(settings: Settings) -> Embedder | None:
    """The model of `settings.embeddings`; None where recall goes by words alone."""
    if not settings.embeddings:
        return None
    from models.titan import TitanEmbedder

    return TitanEmbedder(settings.embeddings.partition(":")[2], settings.aws_region)
