"""The judgement: policies as YAML, compiled to SQL, scored with evidence, explained."""
