"""A year of cron, played in minutes: the tool, both systems, people, seasons and weather.

    PYTHONPATH=tests python -m year                    ten years: five of each weather
    PYTHONPATH=tests python -m year --weather storm --seeds 3 --days 60 --mails
    PYTHONPATH=tests python -m year --days 40 --mutants    planted faults, each to be found

One seed is one story (`story`), replayed exactly. The `world` keeps the truth: what each retailer
ordered when, what lies in the shelves, who moved what. `people`, `warehouse`, `seasons` and the
`clerk`, who reads the mails, act in it; `weather` and `sky` spoil runs and days. After each run
`judge`, `shelf` and `mails` hold the tool to its promises by the world's own knowledge; at the end
`proof` holds `reconcile` to it, and a calm year to its mails.
"""
