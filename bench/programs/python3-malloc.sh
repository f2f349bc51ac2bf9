# SPDX-License-Identifier: MIT
#
# python3-malloc: the same as python3, each object from malloc
#
# needs: python3
# measures: python3

python_malloc=malloc
. "$(dirname "$0")/python3.sh"
