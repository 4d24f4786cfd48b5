"""How it works: pages of theory that answer in the browser, and the runs that stand behind what they say."""
