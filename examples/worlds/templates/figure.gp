set encoding utf8
set datafile separator ','
set datafile missing 'nan'
set border 3 lc rgb '#444444'
set tics nomirror out scale 0.6
set style fill solid 0.85 noborder
set title font ',16' offset 0,-0.3
set key samplen 1.6 spacing 1.1
set xtics offset 0,0.35
