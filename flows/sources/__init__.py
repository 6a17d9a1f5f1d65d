"""One module per source format; its name is what `format` in callqa.toml says. Imports schemas and flows.reading only.

Every module has
    Settings                    a frozen dataclass, or another typed model
    settings(raw, where)        the checked settings; raises MappingError or ConfigError
    read(file, settings)        an iterator of Chunks; raises InputRefused when the file as a whole cannot be used
"""
