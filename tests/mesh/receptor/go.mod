// Receptor, the mesh of AWX, as its pinned release; go.sum has its checksum, and that of all it is built from.
module rentree/mesh

go 1.25

require github.com/ansible/receptor v1.6.5
