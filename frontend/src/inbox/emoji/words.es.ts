// Words in Spanish for the emoji of data.ts, our own: a line is `words:faces`. Loaded when the picker is first opened.

export const WORDS = `
sonrisa sonreír feliz alegre contento:😀😁😃😄😅😆😊🙂😇🤗🥰😺😸🤭
risa reír carcajada jaja:😂🤣😆😹😅
amor enamorado:😍🥰😘😻❤💕💞💓💗💖💘💝💌💑💏🤟🌹
beso:😗😘😙😚😽💋💏
guiño:😉😜
rico delicioso hambre:😋🤤🍽
alivio aliviado:😌
gafas lentes:😎🤓🥸👓🕶
triste tristeza pena:🙍😔😞😟😢😥🙁😭🥺🥲😿💔🥀
llorar llanto lágrima:😢😭🥲🥹😂😹😿
enfado enojado furioso rabia ira:🙎😠😡😤🤬😾💢😈
miedo susto asustado terror:😨😰😱😧👻🙀
sorpresa sorprendido asombro:😮😯😲😳🤯😱🙀
sueño dormir dormido cansado:😴😪😩😫🥱💤🛌🛏
enfermo fiebre:😷🤒🤕🤢🤮🤧🌡
vómito asco náusea:🤢🤮
mascarilla:😷
pensar duda pensativo:🤔🧐🤨💭
silencio callar secreto:🤐🤫😶🙊
dinero plata:🤑💸💵💴💶💷💰💳💲
fiesta celebrar:🥳🎉🎊🎈🎂🍾🥂
loco tonto:🤪😜😝🥴
calor:🥵🔥🌞🌡
frío:🥶❄⛄
ángel santo:😇👼
diablo demonio:😈🦹
payaso:🤡
vaquero:🤠
mentira mentiroso:🤥
suplicar ojitos:🥺
ojos mirar:👀👁🙄
caca mierda:💩
fantasma:👻
calavera muerte muerto:💀😵
extraterrestre ovni:👽🛸
mono:🐵🐒🙈🙉🙊🦍
hola saludo adiós chao:👋🤚🖐✋
mano:👋🤚🖐✋🤝🙏✍
dedo señalar:👈👉👆👇☝🤞🤌🤏
bien vale bueno genial:👍👌🙆✅✔💯
mal no malo:👎🙅❌🚫
paz victoria:✌🕊
suerte:🤞🍀
llámame llamada:🤙📞📱☎
puño golpe:✊👊🤛🤜🥊
aplauso bravo aplaudir:👏🙌
gracias rezar favor:🙏🤲🙇
trato acuerdo:🤝
escribir:✍🖊✒✏
uñas:💅
fuerza fuerte músculo:💪🏋
pierna:🦵
pie huella:🦶👣🐾
oreja oído:👂🙉
nariz:👃
cerebro mente:🧠🤯
lengua:👅😛😜😝😋
boca labios:👄💋
bebé:👶🍼👼🤱
niño:🧒👦
niña:👧
hombre señor:👨🧔👴🤵🕺🤴
mujer señora:👩👵👰💃👸🤰
persona gente:🧑👱🧓👤👥🗣
abuelo viejo:👴🧓
abuela vieja:👵
familia:👪👨👩
pareja amigos:👫👬👭💑💏
encogerse encoger:🤷
vergüenza:🤦😳🙈
policía:👮🚓🚨
espía detective:🕵🔍
guardia:💂
obrero construcción obra:👷🏗🚧
príncipe rey:🤴👑
princesa reina:👸👑
boda novia matrimonio:👰🤵💒💍
embarazada:🤰
navidad:🎅🎁⛄
héroe:🦸
mago magia:🧙🔮🎩
hada:🧚
sirena:🧜
masaje:💆
pelo peluquería corte:💇💈✂
caminar andar:🚶👣
correr carrera:🏃💨🏁👟
bailar baile:💃🕺
escalar:🧗
deporte:⚽🏀🏈⚾🎾🏐🏓🏸🏋🚴🏊🏄
nadar natación:🏊
surf ola:🏄🌊
bicicleta bici:🚴🚲
yoga meditar:🧘
baño bañera ducha:🛀🛁🚿🚽🧖
perro cachorro:🐶🐕🐩
lobo:🐺
zorro:🦊
mapache:🦝
gato:🐱🐈😺😸😹😻😼😽🙀😿😾
león:🦁
tigre leopardo:🐯🐅🐆
caballo:🐴🐎🏇🎠
ciervo reno:🦌
vaca toro:🐮🐂🐄
cerdo jabalí:🐷🐖🐗
oveja carnero cordero:🐏🐑
cabra:🐐
camello llama:🐪🐫🦙
jirafa:🦒
elefante:🐘
rinoceronte hipopótamo:🦏🦛
ratón rata:🐭🐁🐀🖱
conejo:🐰🐇
ardilla erizo:🐿🦔
murciélago:🦇
oso koala panda:🐻🐨🐼🧸
perezoso nutria canguro:🦥🦦🦘
pavo:🦃
gallina pollo pollito gallo:🐔🐓🐣🐤🍗
pájaro ave:🐦🐤🕊🦅🦚
paloma:🕊
pingüino:🐧
águila:🦅
pato cisne:🦆🦢
búho:🦉
flamenco:🦩
loro:🦜
rana sapo:🐸
cocodrilo:🐊
tortuga:🐢
lagarto:🦎
serpiente víbora:🐍
ballena:🐳🐋
delfín:🐬
pez pescado:🐟🐠🐡🎣🍣🍥🎏
tiburón:🦈
pulpo:🐙
concha:🐚
caracol:🐌
mariposa:🦋
bicho insecto:🐛🐜
hormiga:🐜
abeja miel:🐝🍯
mariquita:🐞
araña:🕷
flor ramo:💐🌸🌹🥀🌺🌻🌼🌷
rosa:🌹
girasol:🌻
planta hoja:🌱🌿🍀🍁🍂🍃🌾🌵
árbol palmera:🌲🌳🌴
trébol:🍀
otoño:🍂
seta hongo:🍄
luna:🌙🌚🌝
sol:🌞⛅🌅🌄🌇🏖
estrella:⭐🌟🤩💫🌃
nube:⛅
arcoíris:🌈
lluvia paraguas:☔☂🌂
nieve:❄⛄🏔🏂🎿
fuego:🔥🚒
agua gota:💧🌊💦🚿
mar playa verano:🌊🏖🏝🐚🏄
fruta:🍇🍈🍉🍊🍋🍌🍍🍎🍏🍐🍑🍒🍓🥝🥥🥑
uva:🍇🍷
sandía:🍈🍉
naranja mandarina:🍊🧡🟠🔶
limón:🍋
plátano:🍌
piña:🍍
manzana:🍎🍏
pera:🍐
durazno:🍑
cereza:🍒
fresa:🍓
tomate:🍅
aguacate palta:🥑
berenjena:🍆
patata papa:🥔🍟🍠
zanahoria:🥕
maíz choclo:🌽🍿
pepino:🥒
brócoli verdura:🥦🥗🥒🥕
maní cacahuete castaña:🥜🌰
pan:🍞🥐🥖🥨🥙
medialuna:🥐
panqueque tortita:🥞
queso:🧀
carne asado:🍖🥩🥓🍗
hamburguesa:🍔
sándwich:🥪🌭🥙
huevo:🥚🍳🐣
cocinar comida comer:🍳🥘🍲🥗🍱🍛🍝🍽🍴
sopa olla:🍲🍜🥘
ensalada:🥗
arroz:🍘🍙🍚🍛🍱
fideos pasta espagueti:🍝🍜
camarón gamba:🍤
empanadilla:🥟🥠🍡🍢
helado:🍦🍧🍨
rosquilla dona:🍩
galleta:🍪🥠
pastel torta tarta:🎂🍰🧁🥧
cumpleaños:🎂🎁🎈🥳🎉
dulce caramelo:🍬🍭🍮
biberón leche:🍼🥛
café:☕
té:🍵☕
bebida beber copa:🍶🍸🍹🥃🥛
vino:🍷🍾
cerveza:🍺🍻
brindis salud:🥂🍻🍾
cuchara tenedor cuchillo:🥄🍴🍽🔪
mundo tierra planeta:🌍🌎🌏
mapa:🗺📍📌
montaña volcán:🏔🌋
campamento tienda:🏕⛺🎪
desierto isla:🏜🏝
estadio:🏟
edificio oficina:🏛🏢🏣🏤🏬🌆
casa hogar:🏠🏡
correo:🏣🏤📧📩📨✉📪📮💌
hospital médico:🏥🚑💊💉
banco:🏦
tienda compras:🏪🏬👜
escuela colegio:🏫🎒📚🎓
fábrica:🏭
castillo:🏯🏰
torre estatua:🗼🗽
iglesia:⛪💒
mezquita:🕌
sinagoga:🕍
fuente:⛲
noche niebla:🌃🌉🌁🌙
amanecer atardecer:🌄🌅🌇
ciudad puente:🌆🌇🌃🌉
parque feria circo:🎡🎢🎠🎪
tren metro estación:🚂🚃🚄🚅🚆🚇🚉🚋
autobús colectivo:🚌🚎🚐🚏
ambulancia:🚑
bomberos:🚒
coche auto:🚗🚙🚓🚕
camión envío entrega:🚚🚛📦
patinete moto motocicleta:🛴🛵🏍
gasolina nafta:⛽
sirena emergencia alarma:🚨⏰
semáforo alto pare:🚦🛑
ancla barco velero lancha:⚓⛵🚤🛳🚢🚣
avión vuelo viaje:✈🛫🛬🗺🎒
asiento:💺
helicóptero:🚁
satélite cohete espacio:🛰🚀🛸👽
reloj hora:⌚⏰⏳
móvil celular:📱📞☎
computadora ordenador portátil:💻🖥⌨🖱
teclado:⌨🎹
impresora:🖨
disco:💾💿
cámara foto:📷📸🤳
vídeo video película cine:📹🎥🎬🍿
televisión tele radio:📺📻
micrófono cantar:🎙🎤
batería enchufe:🔋🔌🥁
luz bombilla idea linterna:💡🔦🕯
vela:🕯⛵
tarjeta:💳
diamante joya:💎💍
balanza justicia:⚖
herramienta llave martillo:🔧🔨⚒🛠⛏🔩⚙
engranaje ajustes:⚙
pistola bomba:🔫💣
escudo:🛡
cigarrillo fumar:🚬
bola cristal:🔮
pastilla jeringa vacuna:💊💉
termómetro:🌡
jabón limpiar escoba:🧼🧹🧴🧻🧺
llave:🔑🗝🔐
puerta:🚪
sofá cama:🛋🛏🛌
regalo:🎁💝
globo:🎈
lazo cinta:🎀🏅
confeti:🎊🎉
sobre carta:✉📩📨💌📧
paquete caja pedido:📦
etiqueta precio:🏷
documento papel:📜📃📄📑🗒📋
gráfico estadística:📊📈📉
calendario fecha:📅
basura papelera:🗑♻
carpeta:📁📂
periódico diario noticias:📰
libro leer cuaderno:📓📕📗📘📙📚📖🔖
enlace cadena:🔗
regla:📐📏
tijeras:✂
chincheta lugar ubicación:📌📍
lápiz bolígrafo pluma:🖊✒✏🔏
lupa buscar:🔍
candado cerrado:🔏🔐🔒
fútbol pelota balón:⚽🏈🥅
baloncesto básquet:🏀
béisbol:⚾
voleibol:🏐
billar:🎱
arco flecha:🏹💘
pesca:🎣
boxeo:🥊
patinar:🛹⛸🎿
trofeo premio ganar copa:🏆🥇🥈🥉🏅🎖
medalla:🥇🥈🥉🏅🎖
entrada boleto:🎫
arte pintura:🎨
música canción:🎵🎶🎼🎧🎸
auriculares:🎧
guitarra violín:🎸🎻
tambor:🥁
trompeta saxofón:🎺🎷
juego jugar dado:🎲🎮🎯🧩
diana blanco:🎯
ropa camisa corbata:👔👕👚🎽
pantalón vaqueros:👖
vestido bikini:👗👙
bolso cartera:👛👜🎒
mochila:🎒
zapato tacón:👞👟👠
sombrero corona:👒🎩👑
graduación:🎓
maquillaje labial:💄💅
anillo:💍
corazón:❤🧡💛💚💙💜🖤🤍🤎💔💕💞💓💗💖💘💝💟♥😍🥰😻💌
rojo:❤🔴🔺🔻
amarillo:💛🟡
verde:💚🟢🍏📗
azul:💙🔵📘
morado violeta:💜🟣
negro:🖤⚫🏴
blanco:🤍⚪🏳
marrón:🤎🟤
roto:💔
cien:💯
explosión:💥🤯💣
sudor:💦😅😓😰
viento:💨🍃
mensaje hablar charla:💬🗣💭
sí listo hecho correcto:✅✔👍💯
error mal cruz:❌✖⁉
círculo:⭕
pregunta:❓⁉🤔
exclamación importante:❗‼⁉⚠
cuidado atención peligro aviso:⚠🚧🚨⛔
prohibido:🚫⛔🔞
reciclar:♻
más sumar:➕
menos restar:➖
dividir:➗
multiplicar:✖
derechos:©®™
flecha:➡⬅⬆⬇↗↘↙↖↕↔🔛🔄
derecha:➡▶👉⏩
izquierda:⬅👈
arriba subir:⬆🔼🔺👆📈🔝
abajo bajar:⬇🔽🔻👇📉
play pausa parar:▶⏸⏹⏩⏪
repetir actualizar:🔄
volver atrás:🔙
fin final:🔚🏁
pronto:🔜
campana timbre:🔔🔕
anuncio:📣
triángulo:🔺🔻🔼🔽▶
rombo carta baraja:🔶🔷♠♣♥♦
bandera:🏁🚩🏴🏳
fastidio aburrido:😒🙄🥱😑
nervioso preocupado:😬😰😟
confundido:😕😖🥴😵
abrazo:🤗
disfraz bigote:🥸🧔
barba:🧔
oír sordo:🧏👂
ayuda información:💁🙋
reverencia perdón:🙇
genio elfo:🧞🧝
sauna vapor:🧖
esquí:🎿🏂
adn:🧬
primavera cerezo:🌸🌷🌱
abierto:🔓📂
astuto pícaro:😏
agobio:😣😖
boca:😦😮
revés:🙃
rock cuernos:🤘
abiertas:👐🖖
serio:😐
imperdible:🧷
teleférico:🚠
`;
