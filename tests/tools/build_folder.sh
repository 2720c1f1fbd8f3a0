#!/bin/sh
# tests/tools/build_folder.sh - may make build in this folder, and remove what it built there? build_folder.sh O, in the
# folder of the source. Prints "yes", or the sentence with which make stops. Writes and removes nothing.
#   build_folder.sh --odd TEXT   prints "odd" if TEXT holds a character that make, a shell or a pkg-config file takes
#   apart
#
# A build folder is one that is new, empty, or carries the file `flags` that a build of liblpl writes first (or is
# build/ itself, which is nobody else's): then whatever lies in it under the names of our products was made by us.
set -eu
export LC_ALL=C
o=${1-}

named() { # TEXT: has it characters that make or a shell takes apart?
    case $1 in
    *[[:space:]]* | *[\'\"\`\$\\\;\&\|\<\>\(\)\*\?\[\]\{\}\#%:=,]*) return 0 ;;
    esac
    return 1
}
if [ "$o" = --odd ]; then
    if named "$2"; then echo odd; fi
    exit 0
fi
stop() {
    echo "$*"
    exit 0
}

source=$(pwd -P)
if named "$source"; then
    stop "the source is in '$source': make cannot build in a folder whose name holds a space or one of" \
        "' \" \` \$ \\ ; & | < > ( ) * ? [ ] { } # % : = , - please move or rename it"
fi
if [ -z "$o" ]; then
    stop "O is empty, need the name of a build folder (a variable that is not set?); without O= it is 'build'"
fi
if named "$o"; then
    stop "O = '$o': a build folder's name may hold no space and none of" \
        "' \" \` \$ \\ ; & | < > ( ) * ? [ ] { } # % : = ,"
fi
case $o in -* | '~'*) stop "O = '$o': a build folder's name may not begin with a dash or a tilde" ;; esac

# Where it really is, links followed; the last parts may not exist yet.
exists=$o rest=
while [ ! -d "$exists" ]; do
    if [ -e "$exists" ] || [ -h "$exists" ]; then stop "O = '$o': '$exists' is no folder"; fi
    rest=/$(basename "$exists")$rest
    exists=$(dirname "$exists")
done
case $rest/ in */../* | */./*) stop "O = '$o' goes through a folder that is not there" ;; esac
place=$(cd "$exists" && pwd -P)
place=${place%/}$rest

case $source/ in
"${place%/}"/*)
    stop "O = '$o' is the folder of the source or one above it: clean would remove the source." \
        "Without O= it is 'build'"
    ;;
esac
if home=$(cd "${HOME:-/none}" 2> /dev/null && pwd -P); then
    case $home/ in "${place%/}"/*) stop "O = '$o' is your home folder or one above it: choose a folder in it" ;; esac
fi
case $place in
"$source"/build | "$source"/build/*) ;;
"$source"/*)
    inner=${place#"$source"/}
    case ${inner%%/*} in
    src | include | lib | tests | examples | bench | bindings | docs | packaging | .*)
        stop "O = '$o' lies in a folder of the source, ${inner%%/*}/:" \
            "choose another, such as build or build/$(basename "$o")"
        ;;
    esac
    ;;
esac
if [ "$place" != "$source/build" ] && [ -d "$place" ] && [ -n "$(ls -A "$place")" ] &&
    ! grep -q -s -e -DLPL_BUILDING "$place/flags"; then
    stop "O = '$o' holds files, but no file 'flags' of a liblpl build: is it another's? Choose a new or an empty folder"
fi
echo yes
