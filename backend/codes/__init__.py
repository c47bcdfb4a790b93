"""Operations on codes: paths, planes, maps, modes, directions, and what a set of codes is like."""
