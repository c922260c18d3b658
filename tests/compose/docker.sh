# A Docker engine in name spaces of its own. This is their process 1: with it every process, mount, bridge and port is gone.
# It ends when its standard input does, which is when whoever started it has ended, however that was.
# Arguments: the engine's root, a folder for its data, the repository, its .cache, its control group, and then the
# engine's own.
# The root is entered by pivot_root: in a mere chroot `docker exec` would enter the machine's root.
set -euo pipefail
root=$1 data=$2 repository=$3 cache=$4 group=$5
shift 5

mount --bind "$root" "$root"
cd "$root"
mkdir -p repository cache var/lib/docker
mount --bind "$data" var/lib/docker
mount --bind "$repository" repository
mount --bind --options ro "$cache" cache
mount --rbind /dev dev
mount -t proc proc proc
# A view that shows this name space's network; the control groups are the machine's.
mount -t sysfs sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
pivot_root . mnt
umount --lazy /mnt
ip link set lo up

# Whoever enters begins in this folder.
cd /repository
exec 3<&0
dockerd "$@" < /dev/null &
engine=$!
cat <&3 > /dev/null &
wait -n || true
kill "$engine" 2> /dev/null || true
wait "$engine" || true
# Of all that is the machine's, these empty folders alone would stay.
find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} +
