from channels.knowledge.models.articles import Article, Category, Image, Translation, Version
from channels.knowledge.models.counting import ArticleDay, Insertion, MissedSearch
from channels.knowledge.models.playbooks import Playbook, Run, Step, Tick

__all__ = [
    "Article",
    "ArticleDay",
    "Category",
    "Image",
    "Insertion",
    "MissedSearch",
    "Playbook",
    "Run",
    "Step",
    "Tick",
    "Translation",
    "Version",
]
