# ffmpeg: generated pictures and sound through threaded codecs and filters
#
# libx264 with frame threads gives one file in ten another content, on glibc
# too; zerolatency makes it use threads on the slices of a frame.
#
# needs: ffmpeg
# programs: ffmpeg

run_ffmpeg()
{
	ffmpeg -nostdin -loglevel error -filter_threads 2 "$@"
}

video=testsrc2=size=480x270:rate=25:duration=3
sound=sine=frequency=330:duration=3

run_ffmpeg -f lavfi -i $video -f lavfi -i $sound -threads 2 \
	-c:v mpeg4 -c:a ac3 -flags +bitexact -fflags +bitexact one.avi
run_ffmpeg -f lavfi -i $video -threads 2 -c:v ffv1 -level 3 -slices 4 \
	-flags +bitexact -fflags +bitexact two.mkv
run_ffmpeg -f lavfi -i $video -threads 2 -c:v libx264 -preset veryfast \
	-tune zerolatency \
	-flags +bitexact -fflags +bitexact three.mp4
run_ffmpeg -i one.avi -i two.mkv -filter_complex \
	'[0:v]scale=320:180,hue=h=40[a];[1:v]boxblur=3,scale=320:180[b];
	[a][b]hstack,split[c][d];[d]vflip[e];[c][e]vstack' \
	-threads 2 -c:v mpeg2video -b:v 2M -an \
	-flags +bitexact -fflags +bitexact four.mpg
sha256sum one.avi two.mkv three.mp4 four.mpg
run_ffmpeg -threads 2 -i three.mp4 -map 0:v -f framemd5 - | tail -n 5
run_ffmpeg -i one.avi -map 0:a -f md5 -
run_ffmpeg -i two.mkv -vf fps=5 -f image2 picture%02d.png
sha256sum picture*.png | sha256sum
